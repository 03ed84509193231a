import type { ErrorCode } from '../../errors.js';
import { sentenceFor } from '../../views/messages.js';
import type { Rejected } from './server-frames.js';

/** Collects what became of the entries of one frame. */
export class FrameReply {
  readonly #done: (accepted: number, rejected: readonly Rejected[]) => void;
  readonly #rejected: Rejected[] = [];
  #accepted = 0;
  #left: number;

  /** @param done called once, when all entries are accepted or rejected */
  constructor(entries: number, done: (accepted: number, rejected: readonly Rejected[]) => void) {
    this.#left = entries;
    this.#done = done;
  }

  accept(): void {
    this.#accepted++;
    this.#settle();
  }

  reject(index: number, code: ErrorCode, error = sentenceFor(code)): void {
    this.#rejected.push({ index, code, error });
    this.#settle();
  }

  #settle(): void {
    if (--this.#left > 0) return;
    this.#done(
      this.#accepted,
      this.#rejected.sort((one, other) => one.index - other.index),
    );
  }
}
