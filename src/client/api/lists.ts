import type { Answers, Rejection } from './contract/types.js';
import type { CallOptions } from './client-options.js';
import { HeartbeatRequestError } from './request-error.js';

/** The daemon's default limit for one call. */
export const MOST_IN_CALL = 10_000;
/** The most requests of one call at once. */
const AT_ONCE = 8;
const TOO_LARGE = 413;

/** Which page of a list. */
export interface PageOptions extends CallOptions {
  /** The `nextCursor` of the page before. Default: the first page. */
  readonly cursor?: string | undefined;
  /** The most entries of it. Default: what the daemon has for this list. */
  readonly limit?: number | undefined;
}

/** How many of a batch were accepted, and which were not. */
export type Accepted = Answers['healMany'];

/**
 * Sends a list in one request, or in several where it is too large for one: long names may fill a body before the
 * limit of entries is reached.
 *
 * @param join both answers; the second begins at this place of the list
 */
export async function inParts<Item, Answer>(
  items: readonly Item[],
  send: (items: readonly Item[]) => Promise<Answer>,
  join: (first: Answer, second: Answer, place: number) => Answer,
): Promise<Answer> {
  if (items.length <= MOST_IN_CALL) {
    try {
      return await send(items);
    } catch (error) {
      const isTooLarge = error instanceof HeartbeatRequestError && error.status === TOO_LARGE;
      if (!isTooLarge || items.length < 2) throw error;
    }
  }
  const middle = Math.ceil(items.length / 2);
  const first = await inParts(items.slice(0, middle), send, join);
  const second = await inParts(items.slice(middle), send, join);
  return join(first, second, middle);
}

export function joinAccepted(first: Accepted, second: Accepted, place: number): Accepted {
  return {
    accepted: first.accepted + second.accepted,
    rejected: [...first.rejected, ...moved(second.rejected, place)],
  };
}

export function moved(rejected: readonly Rejection[], place: number): readonly Rejection[] {
  return rejected.map(({ index, error }) => ({ index: index + place, error }));
}

/**
 * Makes a call for each item, a few at once. After a failure no further call begins.
 *
 * @returns the answers in the order of the items
 * @throws what the first failed call threw, once all calls have ended
 */
export async function forEach<Item, Answer>(
  items: readonly Item[],
  call: (item: Item) => Promise<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  const rest = items.entries();
  const failures: unknown[] = [];
  const worker = async (): Promise<void> => {
    for (const [at, item] of rest) {
      if (failures.length > 0) return;
      try {
        answers[at] = await call(item);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, worker));
  if (failures.length > 0) throw failures[0];
  return answers;
}

/** The items of a listing, page by page. What is not pulled is not read. */
export async function* pages<Item>(
  read: (
    cursor: string | undefined,
  ) => Promise<{ readonly items: readonly Item[]; readonly next: string | null }>,
): AsyncGenerator<Item, undefined> {
  let cursor: string | undefined;
  do {
    const { items, next } = await read(cursor);
    yield* items;
    cursor = next ?? undefined;
  } while (cursor !== undefined);
  return undefined;
}
