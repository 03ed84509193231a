import { createHash, type Hash } from 'node:crypto';
import type { Entry } from '../../ports/ordered-store.js';

/** The number of records and the checksum over them. */
export class Digest {
  readonly #hash: Hash = createHash('sha256');
  #sum: string | undefined;
  records = 0;

  add([key, value]: Entry): void {
    const lengths = Buffer.allocUnsafe(8);
    lengths.writeUInt32BE(key.length, 0);
    lengths.writeUInt32BE(value.length, 4);
    this.#hash.update(lengths).update(key).update(value);
    this.records++;
  }

  end(): string {
    return (this.#sum ??= this.#hash.digest('hex'));
  }
}
