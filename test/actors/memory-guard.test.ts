import { expect } from 'chai';
import { MemoryHistoryStore } from '../../src/adapters/memory/memory-history-store.js';
import { ALERT_BYTES, NODE_BYTES, USER_BYTES } from '../../src/domain/memory.js';
import type { Memory, MemoryReading } from '../../src/ports/memory.js';
import { recordAt } from '../support/alert-records.js';
import { FourPartitions, holding, ONLINE, REFUSED, times, USERS } from '../support/four-partitions.js';
import { node, user } from '../support/ids.js';
import { SimulatedApp } from '../support/simulated-app.js';
import { withDaemon } from '../support/with-daemon.js';

const SHORT = { kind: 'refused', code: 'HEARTBEAT_MEMORY_SHORT' };

/** Memory whose use a test sets. */
class FakeMemory implements Memory {
  live = 0;
  used = 0;
  collections = 1;
  container: MemoryReading['container'];
  readonly limit: number;

  constructor(limit: number) {
    this.limit = limit;
  }

  collect(): void {
    this.collections++;
  }

  read(): MemoryReading {
    const { live, used, limit, container, collections } = this;
    return { heap: { live, used: Math.max(live, used), limit }, container, collections };
  }
}

describe('a daemon whose memory runs short', () => {
  let memory: FakeMemory;
  const daemon = withDaemon({
    options: () => {
      // Room for 30 users below the share.
      memory = new FakeMemory(40 * USER_BYTES);
      memory.used = Infinity;
      return { memory };
    },
  });

  function logged(event: string): number {
    return daemon.logger.events().filter((logged) => logged === event).length;
  }

  async function heal(from: number, to: number): Promise<string[]> {
    const kinds: string[] = [];
    for (let id = from; id <= to; id++) {
      const reply = await daemon.ask('heal', user(id));
      kinds.push(reply?.kind === 'refused' ? reply.code : String(reply?.kind));
    }
    return kinds;
  }

  it('refuses new users past its share of memory, however many come between two readings', async () => {
    const kinds = await heal(1, 40);
    expect(kinds.filter((kind) => kind === 'online')).to.have.length(30);
    expect(kinds.slice(30)).to.deep.equal(new Array(10).fill(SHORT.code));
    await daemon.clock.advance(1000);
    expect(await daemon.ask('heal', user(41))).to.deep.equal(SHORT);
    expect(await daemon.ask('heal', user(1))).to.deep.equal({ kind: 'online' });
    expect(await daemon.ask('checkup', user(30))).to.deep.equal({ kind: 'online' });
  });

  it('registers no node, and takes the heartbeats of those it has', async () => {
    await daemon.askNode('heartbeat', node('a'));
    memory.live = memory.limit;
    await daemon.clock.advance(1000);
    expect(await daemon.askNode('heartbeat', node('a'))).to.deep.equal({ kind: 'active' });
    for (const kind of ['heartbeat', 'put'] as const)
      expect(await daemon.askNode(kind, node('b')), kind).to.deep.equal(SHORT);
    expect((await daemon.app.facts()).memory.shed).to.deep.equal({ openings: 0, registrations: 2 });
  });

  it('says so once, counts what it refused, and says when that is over', async () => {
    await heal(1, 33);
    expect(logged('memory low: new sessions and registrations are refused')).to.equal(1);
    await daemon.clock.advance(250);
    expect((await daemon.app.facts()).memory).to.deep.include({
      short: true,
      used: 0.75,
      shed: { openings: 3, registrations: 0 },
    });
    await daemon.clock.advance(8000);
    expect((await daemon.app.facts()).users.online).to.equal(0);
    expect(logged('memory recovered')).to.equal(1);
    expect(await heal(50, 50)).to.deep.equal(['online']);
    expect((await daemon.app.facts()).memory.short).to.equal(false);
  });

  it('measures live memory at the last collection, and does not count garbage', async () => {
    await heal(1, 20);
    await daemon.clock.advance(250);
    memory.live = 2 * USER_BYTES;
    memory.collections++;
    memory.used = memory.limit;
    await daemon.clock.advance(1000);
    expect(await heal(21, 30)).to.deep.equal(new Array(10).fill('online'));
  });

  it('collects garbage at the start only if the heap holds enough of it to matter', async () => {
    for (const [share, collected] of [
      [0.05, 0],
      [0.06, 2],
    ] as const) {
      const own = new FakeMemory(1000 * USER_BYTES);
      own.used = share * own.limit;
      const other = await SimulatedApp.start({ memory: own });
      expect(own.collections - 1, `${share} of the heap in use`).to.equal(collected);
      await other.app.stop();
    }
  });

  it('collects garbage at the start if the heap is large beside the memory of the container', async () => {
    const own = new FakeMemory(1000 * USER_BYTES);
    own.used = 0.05 * own.limit;
    own.container = { live: 0, used: 0, limit: own.limit / 2 };
    const other = await SimulatedApp.start({ memory: own });
    expect(own.collections - 1).to.equal(2);
    await other.app.stop();
  });

  it("sheds load if the container's memory is short, too", async () => {
    memory.container = { live: 76, used: 76, limit: 100 };
    await daemon.clock.advance(1000);
    expect(await heal(1, 1)).to.deep.equal([SHORT.code]);
  });

  it('applies only its own limits without a reading of memory', async () => {
    const other = await SimulatedApp.start();
    expect(await other.ask('heal', user(1))).to.deep.equal({ kind: 'online' });
    expect((await other.app.facts()).memory).to.deep.include({ used: 0, short: false });
    await other.app.stop();
  });

  it('takes no partition over that it cannot hold, says so, and takes it over once it can', async () => {
    const own = new FakeMemory(1000 * USER_BYTES);
    own.used = Infinity;
    const parts = await FourPartitions.start({ memory: own, flags: { '--session-timeout': '600' } });
    await parts.askAll('heal', USERS);
    await parts.handOver('users-2');
    own.live = 0.82 * own.limit - 3 * USER_BYTES;
    const failure: unknown = await parts.takeOver('users-2').catch((error: unknown) => error);
    expect(failure).to.have.property('code', 'HEARTBEAT_TOO_LITTLE_MEMORY');
    const ours = USERS.filter((each) => holding(each) === 'users-2');
    expect(failure)
      .to.have.property('message')
      .that.matches(new RegExp(`^partition users-2 holds ${String(ours.length)} users online, `));
    for (const each of USERS) {
      const reply = holding(each) === 'users-2' ? REFUSED : ONLINE;
      expect(await parts.ask('checkup', each)).to.deep.equal(reply);
    }
    own.live = 0;
    await parts.takeOver('users-2');
    expect(await parts.askAll('checkup', USERS)).to.deep.equal(times(USERS, ONLINE));
    await parts.app.stop();
  });

  it('does not start with more than it can hold, and says how much that is', async () => {
    const store = new MemoryHistoryStore();
    const before = await SimulatedApp.start({ store, flags: { '--session-timeout': '600' } });
    for (let id = 1; id <= 50; id++) await before.ask('heal', user(id));
    for (let id = 1; id <= 10; id++) await before.askNode('heartbeat', node(`n${id}`));
    await before.clock.advance(1000);
    await before.kill();
    const needed = 50 * USER_BYTES + 10 * NODE_BYTES;
    const start = (limit: number): Promise<SimulatedApp> =>
      SimulatedApp.start({
        store,
        clock: before.clock,
        memory: new FakeMemory(limit),
        flags: { '--session-timeout': '600' },
      });
    let failure: unknown;
    await start(needed).catch((error: unknown) => {
      failure = error;
    });
    expect(failure).to.have.property('code', 'HEARTBEAT_TOO_LITTLE_MEMORY');
    expect(failure)
      .to.have.property('message')
      .that.matches(/50 users online, 10 nodes and 0 undelivered alerts.*--max-old-space-size=1,/);
    const enough = await start(needed / 0.82 + 1);
    expect((await enough.app.facts()).users.online).to.equal(50);
    await enough.app.stop();
  });

  it('does the same for undelivered alerts, and reads no more of them than fit', async () => {
    const store = new MemoryHistoryStore();
    const records = Array.from({ length: 1200 }, (_each, index) => recordAt(index + 1, 'pending'));
    await store.write([{ kind: 'alerts', records }]);
    const start = (limit: number): Promise<SimulatedApp> =>
      SimulatedApp.start({ store, memory: new FakeMemory(limit) });
    let failure: unknown;
    await start(1000 * ALERT_BYTES).catch((error: unknown) => {
      failure = error;
    });
    expect(failure).to.have.property('code', 'HEARTBEAT_TOO_LITTLE_MEMORY');
    expect(failure)
      .to.have.property('message')
      .that.matches(/0 users online, 0 nodes and 1200 undelivered alerts.*--max-old-space-size=4,/);
    const enough = await start(1600 * ALERT_BYTES);
    await enough.app.stop();
  });
});
