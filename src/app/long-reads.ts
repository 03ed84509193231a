import pLimit, { type LimitFunction } from 'p-limit';
import type { HistoryStore } from '../ports/history-store.js';

/**
 * Chunks of long results that are read at once. Half of libuv's threads, one of which every commit needs. As many
 * chunks are folded or written in one pass of the event loop.
 */
export const CHUNKS_AT_ONCE = 2;

type Long =
  | 'backup'
  | 'sessions'
  | 'flips'
  | 'pauses'
  | 'acknowledgements'
  | 'blindBetween'
  | 'nodeNames'
  | 'alerts'
  | 'uptimeDays';

/** Lets few readers read at once. */
export function readingTurns(): LimitFunction {
  return pLimit(CHUNKS_AT_ONCE);
}

/** Reads something when it is its turn. */
type Turns = <Result>(read: () => Promise<Result>) => Promise<Result>;

/** The long reads of a store. */
export type LongReads = Pick<HistoryStore, Long | 'uptimeMarks'>;

/**
 * Reads few chunks at a time, however many readers there are: they take turns, chunk by chunk, so that nobody waits for
 * another's whole result. A slow reader holds up nobody, since a chunk that was read no longer takes a turn.
 */
export function longReads(store: LongReads, turns: Turns = readingTurns()): LongReads {
  return {
    backup: (at) => {
      const pieces = store.backup(at);
      return pieces && inTurns(turns, pieces);
    },
    sessions: (user, range) => inTurns(turns, store.sessions(user, range)),
    flips: (node, range) => inTurns(turns, store.flips(node, range)),
    pauses: (node) => inTurns(turns, store.pauses(node)),
    acknowledgements: (node, range) => inTurns(turns, store.acknowledgements(node, range)),
    blindBetween: (from, to) => inTurns(turns, store.blindBetween(from, to)),
    nodeNames: (after, from) => inTurns(turns, store.nodeNames(after, from)),
    uptimeDays: (node, range) => inTurns(turns, store.uptimeDays(node, range)),
    uptimeMarks: () => turns(() => store.uptimeMarks()),
    alerts: (range) => inTurns(turns, store.alerts(range)),
  };
}

async function* inTurns<Chunk>(turns: Turns, chunks: AsyncIterable<Chunk>): AsyncGenerator<Chunk> {
  const iterator = chunks[Symbol.asyncIterator]();
  try {
    for (;;) {
      const step = await turns(() => iterator.next());
      if (step.done === true) return;
      yield step.value;
    }
  } finally {
    await iterator.return?.();
  }
}
