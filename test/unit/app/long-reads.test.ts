import { expect } from 'chai';
import { CHUNKS_AT_ONCE, longReads } from '../../../src/app/long-reads.js';
import { MemoryHistoryStore } from '../../../src/adapters/memory/memory-history-store.js';
import type { EndedSession } from '../../../src/domain/session.js';
import type { UserId } from '../../../src/domain/user-id.js';
import { user } from '../../support/ids.js';

const CHUNKS = 20;
const READERS = 8;

/** A daemon with long histories that records the reads. */
class LongStore extends MemoryHistoryStore {
  readonly chunks: UserId[] = [];
  atOnce = 0;
  most = 0;
  closed = 0;

  override async *sessions(reader: UserId): AsyncIterable<readonly EndedSession[]> {
    try {
      for (let chunk = 0; chunk < CHUNKS; chunk++) {
        this.chunks.push(reader);
        this.most = Math.max(this.most, ++this.atOnce);
        await new Promise((resolve) => setImmediate(resolve));
        this.atOnce--;
        yield [];
      }
    } finally {
      this.closed++;
    }
  }
}

describe('long histories that are read at once', () => {
  const readers = Array.from({ length: READERS }, (_each, index) => user(index));

  it('are read few chunks at a time, and in turns', async () => {
    const store = new LongStore();
    const reads = longReads(store);
    await Promise.all(
      readers.map(async (reader) => {
        for await (const _chunk of reads.sessions(reader, { order: 'asc' }));
      }),
    );
    expect(store.most).to.equal(CHUNKS_AT_ONCE);
    expect(store.chunks).to.have.length(READERS * CHUNKS);
    // No reader gets a second chunk before all have had the first, and so on.
    for (let turn = 0; turn < CHUNKS; turn++) {
      const served = store.chunks.slice(turn * READERS, (turn + 1) * READERS);
      expect(new Set(served).size, `turn ${String(turn)}`).to.equal(READERS);
    }
  });

  it('are not held up by one that is not read to its end', async () => {
    const store = new LongStore();
    const reads = longReads(store);
    const idle = readers.map((reader) => reads.sessions(reader, { order: 'asc' })[Symbol.asyncIterator]());
    for (const reader of idle) await reader.next();
    let chunks = 0;
    for await (const _chunk of reads.sessions(user(99), { order: 'asc' })) chunks++;
    expect(chunks).to.equal(CHUNKS);
    for (const reader of idle) await reader.return?.();
    expect(store.closed).to.equal(READERS + 1);
  });
});
