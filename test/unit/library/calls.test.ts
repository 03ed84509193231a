import { expect } from 'chai';
import type { UserReply } from '../../../actors/user/user.protocol.js';
import { MemoryHistoryStore } from '../../../src/adapters/memory/memory-history-store.js';
import { callDaemon, callsAnswered, duringCall, giveUpCalls } from '../../../src/library/calls.js';
import type { HistoryRecord } from '../../../src/ports/history-record.js';
import { user } from '../../support/ids.js';
import { SimulatedApp } from '../../support/simulated-app.js';

/** A disk whose writes neither succeed nor fail while it is held. */
class HangingStore extends MemoryHistoryStore {
  #held: Promise<void> = Promise.resolve();
  release: () => void = () => undefined;

  hold(): void {
    this.#held = new Promise((resolve) => {
      this.release = resolve;
    });
  }

  override async write(batch: readonly HistoryRecord[]): Promise<void> {
    await this.#held;
    await super.write(batch);
  }
}

describe('the calls of an instance that closes', () => {
  let store: HangingStore;
  let daemon: SimulatedApp;
  let outcomes: unknown[];

  beforeEach(async () => {
    store = new HangingStore();
    daemon = await SimulatedApp.start({ store });
    outcomes = [];
    store.hold();
  });

  afterEach(async () => {
    store.release();
    await daemon.app.stop();
  });

  /** The first heal of a user is answered once it is on disk. */
  function heal(): void {
    callDaemon<UserReply>(daemon.app, (resolve) => {
      daemon.app.users.ask('heal', user(1), resolve);
    }).then(
      (reply) => outcomes.push(reply),
      (error: unknown) => outcomes.push(error),
    );
  }

  function waitForCalls(): { isOver: boolean } {
    const waiting = { isOver: false };
    void callsAnswered(daemon.app, daemon.clock).then(() => (waiting.isOver = true));
    return waiting;
  }

  it('are waited for 5 s, and are rejected when they are given up', async () => {
    heal();
    const waiting = waitForCalls();
    await daemon.clock.advance(4_999);
    expect(waiting.isOver).to.equal(false);
    await daemon.clock.advance(1);
    expect(waiting.isOver).to.equal(true);
    expect(outcomes).to.deep.equal([]);
    giveUpCalls(daemon.app);
    await daemon.clock.settle();
    expect(outcomes).to.have.length(1);
    expect(outcomes[0]).to.include({ code: 'HEARTBEAT_NOT_READY' });
  });

  it('are not waited for if they threw an error before they asked', async () => {
    const thrown = new Error('planned fault');
    const call = duringCall(daemon.app, () => {
      throw thrown;
    });
    const error: unknown = await call.catch((refused: unknown) => refused);
    expect(error).to.equal(thrown);
    const waiting = waitForCalls();
    await daemon.clock.settle();
    expect(waiting.isOver).to.equal(true);
  });

  it('are given up also if the timer comes before its time', async () => {
    heal();
    const waiting = { isOver: false };
    // As a real one may, by a part of a millisecond.
    const early = Object.create(daemon.clock, {
      after: { value: (ms: number, call: () => void) => daemon.clock.after(ms - 1, call) },
    }) as typeof daemon.clock;
    void callsAnswered(daemon.app, early).then(() => (waiting.isOver = true));
    await daemon.clock.advance(4_999);
    expect(waiting.isOver).to.equal(true);
  });

  it('are rejected at once when they begin after the others were given up', async () => {
    giveUpCalls(daemon.app);
    heal();
    await daemon.clock.settle();
    expect(outcomes[0]).to.include({ code: 'HEARTBEAT_NOT_READY' });
  });

  it('are waited for no longer than until the last one is answered', async () => {
    heal();
    const waiting = waitForCalls();
    await daemon.clock.advance(1_000);
    expect(waiting.isOver).to.equal(false);
    store.release();
    await daemon.clock.settle();
    expect(outcomes).to.deep.equal([{ kind: 'online' }]);
    expect(waiting.isOver).to.equal(true);
  });

  it('are not waited for if there are none', async () => {
    const waiting = waitForCalls();
    await daemon.clock.settle();
    expect(waiting.isOver).to.equal(true);
  });
});
