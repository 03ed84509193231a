import { expect } from 'chai';
import { MemoryHistoryStore } from '../../src/adapters/memory/memory-history-store.js';
import { HeartbeatError } from '../../src/errors.js';
import type { HistoryRecord } from '../../src/ports/history-record.js';
import type { StoreTrouble } from '../../src/ports/history-store.js';
import { user } from '../support/ids.js';
import { withDaemon } from '../support/with-daemon.js';

const MESSAGE = 'the database is damaged (000005.ldb): restore the data directory from a backup';

/** A store that reports trouble when a test wants it. */
class TroubledStore extends MemoryHistoryStore {
  override trouble: StoreTrouble | undefined = undefined;
  override damages = 0;
  presences = 0;
  checks = 0;
  refusesAsDamaged = false;

  override checkPresence(): Promise<void> {
    this.presences++;
    return Promise.resolve();
  }

  /** Three calls make a pass. */
  override checkFiles(): Promise<boolean> {
    this.checks++;
    return Promise.resolve(this.checks % 3 === 0);
  }

  override write(batch: readonly HistoryRecord[]): Promise<void> {
    if (!this.refusesAsDamaged) return super.write(batch);
    return Promise.reject(new HeartbeatError('HEARTBEAT_STORE_CORRUPT', MESSAGE));
  }
}

describe('a store that is damaged or gone', () => {
  /** Of each partition. */
  let stores: TroubledStore[];
  const daemon = withDaemon({
    options: () => {
      stores = [];
      return { storeOf: newStore };
    },
  });

  function newStore(): TroubledStore {
    const store = new TroubledStore();
    stores.push(store);
    return store;
  }

  function change(changes: Partial<TroubledStore>): void {
    for (const store of stores) Object.assign(store, changes);
  }

  it('is reported by readiness, /supervision and a metric', async () => {
    expect(daemon.app.notStoring()).to.deep.equal([]);
    change({ trouble: { kind: 'damaged', message: MESSAGE }, damages: 3 });
    expect([daemon.app.unready(), daemon.app.notStoring()]).to.deep.equal([[], [MESSAGE]]);
    expect(await daemon.app.supervision()).to.have.nested.property('store.trouble', MESSAGE);
    const damages = 3 * stores.length;
    expect((await daemon.app.facts()).store).to.include({ damages, isMissing: false });
    change({ trouble: { kind: 'missing', message: 'gone' } });
    expect([daemon.app.unready(), daemon.app.notStoring()]).to.deep.equal([['gone'], ['gone']]);
    expect((await daemon.app.facts()).store).to.include({ damages, isMissing: true });
  });

  it('is checked every second in steps, and again an hour after a full round', async () => {
    await daemon.clock.advance(10_500);
    for (const { presences, checks } of stores)
      expect({ presences, checks }).to.deep.equal({ presences: 10, checks: 3 });
    await daemon.clock.advance(3_600_000);
    for (const { checks } of stores) expect(checks).to.equal(6);
    await daemon.app.stop();
    const looks = stores.map(({ presences }) => presences);
    await daemon.clock.advance(10_000);
    expect(stores.map(({ presences }) => presences)).to.deep.equal(looks);
  });

  it('is never reported as a full disk', async () => {
    await daemon.ask('heal', user(1));
    change({ refusesAsDamaged: true });
    const refused = { kind: 'refused', code: 'HEARTBEAT_STORE_CORRUPT' };
    expect(await daemon.ask('heal', user(2))).to.deep.equal(refused);
    expect(await daemon.ask('heal', user(3))).to.deep.equal(refused);
    expect(await daemon.ask('heal', user(1))).to.deep.equal({ kind: 'online' });
    expect(daemon.logger.events()).to.include('store is damaged and takes no writes');
    expect(daemon.logger.events()).not.to.include('store refuses writes');
    change({ refusesAsDamaged: false });
  });

  it('lets a user come online whose last session cannot be read', async () => {
    await daemon.ask('heal', user(1));
    await daemon.ask('goodbye', user(1));
    change({ lastSession: () => Promise.reject(new HeartbeatError('HEARTBEAT_STORE_CORRUPT', MESSAGE)) });
    expect(await daemon.ask('heal', user(1))).to.deep.equal({ kind: 'online' });
  });
});
