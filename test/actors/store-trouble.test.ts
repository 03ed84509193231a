import { expect } from 'chai';
import { MemoryHistoryStore } from '../../src/adapters/memory/memory-history-store.js';
import { HeartbeatError } from '../../src/errors.js';
import type { HistoryRecord, StoreTrouble } from '../../src/ports/history-store.js';
import { user } from '../support/simulated-app.js';
import { withDaemon } from '../support/with-daemon.js';

const MESSAGE = 'the database is damaged (000005.ldb): restore the data directory from a backup';

/** A store that finds out, when it is told to. */
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
  let store: TroubledStore;
  const daemon = withDaemon({
    options: () => {
      store = new TroubledStore();
      return { store };
    },
  });

  it('is reported by readiness, /supervision and a metric', async () => {
    expect(daemon.app.unready()).to.deep.equal([]);
    store.trouble = { kind: 'damaged', message: MESSAGE };
    store.damages = 3;
    expect(daemon.app.unready()).to.deep.equal([MESSAGE]);
    expect(await daemon.app.supervision()).to.have.nested.property('store.trouble', MESSAGE);
    expect((await daemon.app.facts()).store).to.include({ damages: 3, isMissing: false });
    store.trouble = { kind: 'missing', message: 'gone' };
    expect((await daemon.app.facts()).store).to.include({ damages: 3, isMissing: true });
  });

  it('is checked every second in steps, and again an hour after a full round', async () => {
    await daemon.clock.advance(10_500);
    expect(store.presences).to.equal(10);
    expect(store.checks).to.equal(3);
    await daemon.clock.advance(3_600_000);
    expect(store.checks).to.equal(6);
    await daemon.app.stop();
    const { presences } = store;
    await daemon.clock.advance(10_000);
    expect(store.presences).to.equal(presences);
  });

  it('is never reported as a full disk', async () => {
    await daemon.ask('heal', user(1));
    store.refusesAsDamaged = true;
    const refused = { kind: 'refused', code: 'HEARTBEAT_STORE_CORRUPT' };
    expect(await daemon.ask('heal', user(2))).to.deep.equal(refused);
    expect(await daemon.ask('heal', user(3))).to.deep.equal(refused);
    expect(await daemon.ask('heal', user(1))).to.deep.equal({ kind: 'online' });
    expect(daemon.logger.events()).to.include('store is damaged and takes no writes');
    expect(daemon.logger.events()).not.to.include('store refuses writes');
    store.refusesAsDamaged = false;
  });

  it('lets a user come online whose last session cannot be read', async () => {
    await daemon.ask('heal', user(1));
    await daemon.ask('goodbye', user(1));
    store.lastSession = () => Promise.reject(new HeartbeatError('HEARTBEAT_STORE_CORRUPT', MESSAGE));
    expect(await daemon.ask('heal', user(1))).to.deep.equal({ kind: 'online' });
  });
});
