import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { FencedPartition } from '../../../src/adapters/postgres/fenced-partition.js';
import { NoAnswer } from '../../../src/adapters/postgres/postgres-errors.js';
import { Primary } from '../../../src/adapters/postgres/primary.js';
import { withPartition } from './support/with-partition.js';

const KEY_BYTES = 4;

function key(at: number): Buffer {
  const bytes = Buffer.alloc(KEY_BYTES);
  bytes.writeUInt32BE(at);
  return bytes;
}

describe('a snapshot of a partition in PostgreSQL', () => {
  const history = withPartition();
  /** What is called once an answer has been waited for too long. */
  const waits = new Set<() => void>();
  const clock = {
    after: (_delay: number, then: () => void) => {
      waits.add(then);
      return () => {
        waits.delete(then);
      };
    },
  };
  let partition: FencedPartition;
  beforeEach(async () => {
    await history.open();
    const { address } = history.postgres;
    const options = { address, name: randomUUID(), owner: randomUUID(), clock, lost: () => undefined };
    partition = await FencedPartition.takeOver(await Primary.connect(address), options, undefined);
  });
  afterEach(() => partition.close());

  it('is read in portions of few bytes, each with one value at least', async () => {
    const sizes = [
      ...Array.from({ length: 600 }, () => 10),
      ...Array.from({ length: 10 }, () => 100_000),
      3_000_000,
      0,
      10,
    ];
    const values = sizes.map((size, at) => [key(at), Buffer.alloc(size, `${String(at)}.`)] as const);
    await partition.commit(new Map(values), []);
    const portions: number[] = [];
    const read: (readonly [Buffer, Buffer])[] = [];
    for await (const portion of partition.snapshot()) {
      portions.push(portion.length);
      read.push(...portion);
    }
    expect(read).to.deep.equal(values);
    expect(portions).to.deep.equal([500, 103, 3, 3, 2, 2]);
  });

  it('ends when the server falls silent', async () => {
    await partition.commit(new Map(Array.from({ length: 501 }, (_, at) => [key(at), key(at)])), []);
    const snapshot = partition.snapshot();
    expect((await snapshot.next()).value).to.have.length(500);
    const [backend] = await history.postgres.query<{ pid: number }>(
      "select pid from pg_stat_activity where state = 'idle in transaction'",
    );
    if (backend === undefined) throw new Error('no transaction is open');
    process.kill(backend.pid, 'SIGSTOP');
    try {
      const next = snapshot.next().catch((error: unknown) => error);
      expect(waits).to.have.length(1);
      for (const then of waits) then();
      expect(await next).to.be.instanceOf(NoAnswer);
      expect((await snapshot.next()).done).to.equal(true);
    } finally {
      process.kill(backend.pid, 'SIGCONT');
    }
  });
});
