import pLimit, { type LimitFunction } from 'p-limit';
import type { HistoryStore } from '../ports/history-store.js';

/**
 * Chunks that are read at once, of whatever is long. Half of libuv's threads, which every commit needs one of; and as
 * many chunks are folded or written in one pass of the event loop.
 */
export const CHUNKS_AT_ONCE = 2;

type Long = 'sessions' | 'flips' | 'pauses' | 'blindBetween' | 'nodeNames' | 'alerts';

/** What is long in a store. */
export type LongReads = Pick<HistoryStore, Long>;

/**
 * Reads few chunks at a time, however many ask: they take turns, chunk by chunk, so that nobody waits until somebody
 * else has read all. Who reads slowly holds up nobody, since a chunk that is read is no turn any more.
 */
export function longReads(store: LongReads): LongReads {
  const turns = pLimit(CHUNKS_AT_ONCE);
  return {
    sessions: (user, range) => inTurns(turns, store.sessions(user, range)),
    flips: (node, range) => inTurns(turns, store.flips(node, range)),
    pauses: (node) => inTurns(turns, store.pauses(node)),
    blindBetween: (from, to) => inTurns(turns, store.blindBetween(from, to)),
    nodeNames: (after, from) => inTurns(turns, store.nodeNames(after, from)),
    alerts: (range) => inTurns(turns, store.alerts(range)),
  };
}

async function* inTurns<Chunk>(turns: LimitFunction, chunks: AsyncIterable<Chunk>): AsyncGenerator<Chunk> {
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
