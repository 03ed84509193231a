import { createHmac, randomBytes } from 'node:crypto';
import type { Registration } from '../domain/node.js';

const SECRET = 32;

/** What a node's ping UUID depends on. */
type Pinged = Pick<Registration, 'name' | 'registeredAt' | 'pingUuidAt'>;

/**
 * Ping UUIDs. They are derived and not kept: a node that nobody pings takes no memory for its own. A node that is
 * deleted and registered again has another one. See decision 185.
 */
export class PingUuids {
  #secret: Uint8Array | undefined;

  /** @param secret as it is stored; undefined if there is none yet @returns one that is to be stored then */
  open(secret: Uint8Array | undefined): Uint8Array | undefined {
    this.#secret = secret ?? randomBytes(SECRET);
    return secret === undefined ? this.#secret : undefined;
  }

  of({ name, registeredAt, pingUuidAt }: Pinged): string {
    if (this.#secret === undefined) throw new TypeError('no node has a ping UUID before the start');
    const bytes = createHmac('sha256', this.#secret)
      .update(`${registeredAt} ${pingUuidAt ?? ''} ${name}`)
      .digest();
    // The version and the variant of a UUID that is random to whoever does not know the secret (RFC 9562).
    bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
    bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
    const hex = bytes.toString('hex', 0, 16);
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  }
}
