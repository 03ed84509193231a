import { expect } from 'chai';
import type { LiveDevice, UserReply } from '../../actors/user/user.protocol.js';
import type { DeviceHeal } from '../../src/domain/device.js';
import type { UserId } from '../../src/domain/user-id.js';
import { MemoryHistoryStore } from '../../src/adapters/memory/memory-history-store.js';
import type { HistoryRecord } from '../../src/ports/history-record.js';
import { RefusingStore } from '../support/refusing-store.js';
import { user } from '../support/ids.js';
import { SimulatedApp } from '../support/simulated-app.js';
import type { SimulatedClock } from '../support/simulated-clock.js';

const ANN = user(7);
const TIMEOUT = 7_000;

/** A disk that a test can hold up. */
class SlowStore extends MemoryHistoryStore {
  #held: Promise<void> | undefined;
  #release: () => void = () => undefined;

  hold(): void {
    this.#held = new Promise((resolve) => {
      this.#release = resolve;
    });
  }

  release(): void {
    this.#held = undefined;
    this.#release();
  }

  override async write(batch: readonly HistoryRecord[]): Promise<void> {
    await this.#held;
    return super.write(batch);
  }
}

describe('devices of a user', () => {
  let store: RefusingStore;
  let daemon: SimulatedApp;

  beforeEach(async () => {
    store = new RefusingStore();
    daemon = await start();
  });

  function start(clock?: SimulatedClock): Promise<SimulatedApp> {
    return SimulatedApp.start({
      flags: { '--limits-devices': '3' },
      store,
      ...(clock !== undefined && { clock }),
    });
  }

  async function ask(kind: 'heal' | 'goodbye', device: DeviceHeal, id: UserId = ANN): Promise<string> {
    let answer: UserReply | undefined;
    daemon.app.users.ask(
      kind,
      id,
      (reply) => {
        answer = reply;
      },
      device,
    );
    await daemon.clock.settle();
    return answer?.kind ?? 'nothing';
  }

  const heal = (device?: string, meta?: string | null): Promise<string> => ask('heal', { device, meta });
  const leave = (device?: string): Promise<string> => ask('goodbye', { device });

  async function status(): Promise<string | undefined> {
    return (await daemon.ask('checkup', ANN))?.kind;
  }

  async function devices(): Promise<readonly LiveDevice[]> {
    const reply = await daemon.ask('describe', ANN);
    return reply?.kind === 'described' ? (reply.session?.devices ?? []) : expect.fail('not described');
  }

  async function names(): Promise<readonly (string | undefined)[]> {
    return (await devices()).map(({ name }) => name);
  }

  it('keep their user online, each for its own time', async () => {
    await heal('phone');
    await daemon.clock.advance(4_000);
    await heal('laptop');
    await daemon.clock.advance(3_100);
    expect(await names()).to.deep.equal(['laptop']);
    expect(await status()).to.equal('online');
    await daemon.clock.advance(4_000);
    expect(await status()).to.equal('offline');
    expect(await daemon.history(ANN)).to.have.length(1);
  });

  it('say goodbye each for itself, and the last one ends the session', async () => {
    await heal('phone');
    await heal('laptop');
    expect(await leave('phone')).to.equal('online');
    expect(await names()).to.deep.equal(['laptop']);
    expect(await leave('phone')).to.equal('online');
    expect(await leave('laptop')).to.equal('offline');
    expect(await status()).to.equal('offline');
    const [session, ...more] = await daemon.history(ANN);
    expect(more).to.deep.equal([]);
    expect(session?.offlineAt).to.equal(daemon.clock.wall());
  });

  it('end all together with a goodbye that names none', async () => {
    await heal('phone');
    await heal();
    expect(await leave()).to.equal('offline');
    expect(await names()).to.deep.equal([]);
    await heal('tablet');
    expect(await names()).to.deep.equal(['tablet']);
  });

  it('leave the session with the deadline of those that stay', async () => {
    await heal('phone');
    await daemon.clock.advance(3_000);
    await heal('laptop');
    await leave('laptop');
    await daemon.clock.advance(3_900);
    expect(await status()).to.equal('online');
    await daemon.clock.advance(200);
    expect(await status()).to.equal('offline');
    const [session] = await daemon.history(ANN);
    expect((session?.offlineAt ?? 0) - (session?.onlineAt ?? 0)).to.equal(TIMEOUT);
  });

  it('without a name are one, which a goodbye of another one does not end', async () => {
    await heal();
    expect(await leave('phone')).to.equal('online');
    await heal('phone');
    expect(await names()).to.deep.equal([undefined, 'phone']);
    expect(await leave('phone')).to.equal('online');
    expect(await names()).to.deep.equal([undefined]);
    const [unnamed] = await devices();
    expect(unnamed?.since).to.equal(unnamed?.lastSeen);
  });

  it('keep what their heals say of them until another one does, or they leave', async () => {
    await heal('phone', '{"away":true}');
    await heal('phone');
    expect((await devices())[0]?.meta).to.equal('{"away":true}');
    await heal('phone', '{"away":false}');
    expect((await devices())[0]?.meta).to.equal('{"away":false}');
    await heal('phone', null);
    expect((await devices())[0]?.meta).to.equal(undefined);
    await heal('phone', '{}');
    await heal('laptop');
    await leave('phone');
    await heal('phone');
    expect((await devices()).map(({ name, meta }) => [name, meta])).to.deep.equal([
      ['laptop', undefined],
      ['phone', undefined],
    ]);
    await heal(undefined, '{"tab":1}');
    expect((await devices()).at(-1)).to.deep.include({ name: undefined, meta: '{"tab":1}' });
  });

  it('have the meta of a heal that is only for new ones if they were not online', async () => {
    const healNew = (device: string | undefined, metaIfNew: string): Promise<string> =>
      ask('heal', { device, metaIfNew });
    await healNew('phone', '{"of":1}');
    await healNew('phone', '{"of":2}');
    expect((await devices()).map(({ meta }) => meta)).to.deep.equal(['{"of":1}']);
    await heal('phone', null);
    await healNew('phone', '{"of":3}');
    expect((await devices()).map(({ meta }) => meta)).to.deep.equal([undefined]);
    await daemon.clock.advance(4_000);
    await heal('laptop');
    await daemon.clock.advance(4_000);
    await healNew('phone', '{"of":4}');
    expect((await devices()).map(({ meta }) => meta)).to.deep.equal([undefined, '{"of":4}']);
    await daemon.clock.advance(8_000);
    await healNew(undefined, '{"of":5}');
    expect((await devices()).map(({ meta }) => meta)).to.deep.equal(['{"of":5}']);
  });

  it('that expired come back as new ones', async () => {
    await heal('phone', '{}');
    await daemon.clock.advance(5_000);
    await heal('laptop');
    await daemon.clock.advance(5_000);
    await heal('phone');
    expect(await names()).to.deep.equal(['laptop', 'phone']);
    const [, phone] = await devices();
    expect(phone).to.deep.include({ since: daemon.clock.wall(), meta: undefined });
  });

  it('give way by the nearest deadline if there are too many', async () => {
    for (const name of ['a', 'b', 'c']) {
      await heal(name);
      await daemon.clock.advance(100);
    }
    await heal('a');
    await heal('d');
    expect(await names()).to.deep.equal(['a', 'c', 'd']);
  });

  it('are unknown after a restart, and a goodbye of one does not end the session for others not heard yet', async () => {
    await heal('phone');
    await heal('laptop');
    await daemon.clock.advance(2_000);
    await daemon.kill();
    daemon = await start(daemon.clock);
    expect(await status()).to.equal('online');
    expect(await names()).to.deep.equal([]);
    expect(await leave('phone')).to.equal('online');
    await heal('phone');
    expect(await names()).to.deep.equal(['phone']);
    expect(await leave('phone')).to.equal('online');
    await heal('phone');
    await daemon.clock.advance(5_000);
    await heal('phone');
    await daemon.clock.advance(2_100);
    expect(await leave('phone')).to.equal('offline');
    expect(await daemon.history(ANN)).to.have.length(1);
  });

  it('get the time back in which they could not be heard', async () => {
    await heal('phone');
    await daemon.clock.advance(2_000);
    await heal('laptop');
    await daemon.clock.advance(4_000);
    daemon.clock.standStill(30_000);
    await daemon.clock.advance(0);
    expect(await names()).to.deep.equal(['phone', 'laptop']);
    expect(await leave('laptop')).to.equal('online');
    expect(await status()).to.equal('online');
    await daemon.clock.advance(TIMEOUT + 100);
    expect(await status()).to.equal('offline');
  });

  it('of a session that the disk refused are none', async () => {
    store.full = true;
    expect(await heal('phone')).to.equal('refused');
    store.full = false;
    await daemon.clock.advance(30_000);
    await heal('laptop');
    expect(await names()).to.deep.equal(['laptop']);
  });

  it('stay if the disk refuses the goodbye of all', async () => {
    await heal('phone', '{}');
    store.full = true;
    expect(await leave()).to.equal('refused');
    expect((await devices()).map(({ name, meta }) => [name, meta])).to.deep.equal([['phone', '{}']]);
  });

  it('may open a session together', async () => {
    const answers: string[] = [];
    for (const device of ['phone', 'laptop', undefined])
      daemon.app.users.ask('heal', ANN, ({ kind }) => answers.push(kind), { device });
    await daemon.clock.settle();
    expect(answers).to.deep.equal(['online', 'online', 'online']);
    expect(await names()).to.have.members(['phone', 'laptop', undefined]);
    expect(await daemon.history(ANN)).to.have.length(1);
  });

  it('keep the session if they held the user when a goodbye arrived, however late the disk lets it be handled', async () => {
    const slow = new SlowStore();
    daemon = await SimulatedApp.start({ store: slow });
    slow.hold();
    const answers: string[] = [];
    const send = (kind: 'heal' | 'goodbye', device?: string): void =>
      daemon.app.users.ask(kind, ANN, (reply) => answers.push(reply.kind), { device });
    send('heal');
    send('heal', 'phone');
    await daemon.clock.advance(TIMEOUT / 2);
    send('goodbye', 'phone');
    send('heal');
    await daemon.clock.advance(TIMEOUT / 2 + 100);
    slow.release();
    await daemon.clock.settle();
    expect(answers).to.deep.equal(['online', 'online', 'online', 'online']);
    expect(await daemon.history(ANN)).to.have.length(1);
    expect(await names()).to.deep.equal([undefined]);
  });

  it('come in batches beside users without', async () => {
    const users = [user(1), { user: ANN, device: 'phone', meta: '{}' }, { user: ANN, device: 'laptop' }];
    const replies = await new Promise<readonly UserReply[]>((resolve) => {
      daemon.app.users.askMany('heal', users, resolve);
      void daemon.clock.settle();
    });
    expect(replies.map(({ kind }) => kind)).to.deep.equal(['online', 'online', 'online']);
    expect(await names()).to.deep.equal(['phone', 'laptop']);
  });
});
