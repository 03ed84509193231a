import { expect } from 'chai';
import type { UserId } from '../../src/domain/user-id.js';
import { HeartbeatError } from '../../src/errors.js';
import type { HistoryRecord } from '../../src/ports/history-record.js';
import { RefusingStore } from '../support/refusing-store.js';
import { user } from '../support/ids.js';
import { withDaemon } from '../support/with-daemon.js';

const ANN = user(1);
const BEN = user(2);
const REFUSED = { kind: 'refused', code: 'HEARTBEAT_STORE_REFUSES' };

/** Erases a user in parts, as a database does. */
class PartwiseStore extends RefusingStore {
  /** Left of the next erasure. */
  parts = 1;
  /** It is full from this part on, counted from the end. */
  fullFrom = 0;
  readonly calls: string[] = [];

  override write(batch: readonly HistoryRecord[]): Promise<void> {
    for (const { kind } of batch) if (kind === 'opened') this.calls.push(kind);
    return super.write(batch);
  }

  override erase(id: UserId): Promise<boolean> {
    this.calls.push('erase');
    this.full ||= this.parts === this.fullFrom;
    if (this.full) return Promise.reject(new HeartbeatError('HEARTBEAT_STORE_REFUSES', 'no answer'));
    return --this.parts > 0 ? Promise.resolve(false) : super.erase(id);
  }
}

describe('a user who is erased in parts', () => {
  let store: PartwiseStore;
  const daemon = withDaemon({
    options: () => {
      store = new PartwiseStore();
      return { store };
    },
    mend: () => {
      store.full = false;
    },
  });

  beforeEach(async () => {
    await daemon.ask('heal', ANN);
    await daemon.ask('goodbye', ANN);
    await daemon.ask('heal', ANN);
    store.calls.length = 0;
  });

  it('is erased once all parts are, and others are stored in between', async () => {
    store.parts = 3;
    const erasure = daemon.ask('erase', ANN);
    const opening = daemon.ask('heal', BEN);
    expect(await opening).to.deep.equal({ kind: 'online' });
    expect(await erasure).to.deep.equal({ kind: 'erased' });
    expect(store.calls).to.deep.equal(['erase', 'opened', 'erase', 'erase']);
    expect(await daemon.history(ANN)).to.deep.equal([]);
  });

  it('is still online if the store refuses one of them, after a restart too, and can be erased again', async () => {
    store.parts = 2;
    store.fullFrom = 1;
    expect(await daemon.ask('erase', ANN)).to.deep.equal(REFUSED);
    expect(store.calls).to.deep.equal(['erase', 'erase']);
    expect(await daemon.ask('checkup', ANN)).to.deep.equal({ kind: 'online' });
    store.full = false;
    store.fullFrom = 0;
    await daemon.killAndStart();
    expect(await daemon.ask('checkup', ANN)).to.deep.equal({ kind: 'online' });
    store.parts = 2;
    expect(await daemon.ask('erase', ANN)).to.deep.equal({ kind: 'erased' });
    expect(await daemon.ask('checkup', ANN)).to.deep.equal({ kind: 'offline' });
    expect(await daemon.history(ANN)).to.deep.equal([]);
  });

  it('is erased before an orderly stop ends', async () => {
    store.parts = 3;
    let answer: unknown;
    daemon.app.users.ask('erase', ANN, (reply) => {
      answer = reply;
    });
    await daemon.app.stop();
    expect(answer).to.deep.equal({ kind: 'erased' });
    expect(store.parts).to.equal(0);
  });
});
