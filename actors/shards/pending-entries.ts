import type { ErrorCode } from '../../src/errors.js';
import type { RequestEntry, RequestSettlement } from '../history/history.protocol.js';

/** @param refused undefined once the entry is on disk */
type Answered = (refused: ErrorCode | undefined) => void;

/** Requests whose entries are on their way to the disk. */
export class PendingEntries<Entry extends RequestEntry> {
  readonly #submit: (entry: Entry) => void;
  readonly #pending = new Map<RequestEntry, { readonly entry: Entry; readonly answered: Answered }>();

  /** @param submit has history store the entry, whose settlement comes back. It may be settled at once */
  constructor(submit: (entry: Entry) => void) {
    this.#submit = submit;
  }

  get size(): number {
    return this.#pending.size;
  }

  get entries(): readonly Entry[] {
    return Array.from(this.#pending.values(), ({ entry }) => entry);
  }

  /** @param answered is called once */
  submit(entry: Entry, answered: Answered): void {
    this.#pending.set(entry, { entry, answered });
    this.#submit(entry);
  }

  /**
   * Takes the settlements of these requests from among others. What is stored takes effect before any request is
   * answered.
   *
   * @returns whether there were any
   */
  settled(all: readonly RequestSettlement[], stored: (entries: readonly Entry[]) => void): boolean {
    const own = all.flatMap((settlement) => {
      const pending = this.#pending.get(settlement.entry);
      if (pending === undefined) return [];
      this.#pending.delete(settlement.entry);
      return [{ ...pending, refused: settlement.stored ? undefined : settlement.code }];
    });
    const written = own.flatMap(({ entry, refused }) => (refused === undefined ? [entry] : []));
    if (written.length > 0) stored(written);
    for (const { answered, refused } of own) answered(refused);
    return own.length > 0;
  }

  /** Nothing is settled any more. */
  refuseAll(code: ErrorCode): void {
    const all = this.entries.map((entry) => ({ entry, stored: false, code }) as const);
    this.settled(all, () => undefined);
  }
}
