import { expect } from 'chai';
import { POLICIES } from '../../actors/tree.js';
import { MemoryHistoryStore } from '../../src/adapters/memory/memory-history-store.js';
import type { HistoryRecord } from '../../src/ports/history-record.js';
import { Faults } from '../support/faults.js';
import { placeOf } from '../support/partitions.js';
import type { SimulatedApp } from '../support/simulated-app.js';
import { user } from '../support/ids.js';
import { withDaemon } from '../support/with-daemon.js';

const ANN = user(1);
const BEN = user(2);

/** The part of `GET /supervision` that these tests look at. */
interface Tree {
  readonly name: string;
  readonly restarts: number;
  readonly crashes?: number;
  readonly last_crash: { readonly error: string } | null;
  readonly children?: readonly Tree[];
}

async function child(daemon: Pick<SimulatedApp, 'app'>, ...names: string[]): Promise<Tree> {
  const { tree } = (await daemon.app.supervision()) as { tree: Tree };
  return names.reduce((parent, name) => {
    const found = parent.children?.find((each) => each.name === name);
    if (found === undefined) throw new Error(`no ${name} in ${JSON.stringify(parent)}`);
    return found;
  }, tree);
}

/** In all shards of Ann's partition. */
async function crashesOfUsers(daemon: Pick<SimulatedApp, 'app'>): Promise<number> {
  const users = await child(daemon, ...placeOf(ANN), 'users');
  return users.children?.reduce((sum, shard) => sum + (shard.crashes ?? 0), 0) ?? 0;
}

describe('supervision', () => {
  const daemon = withDaemon();
  const faults = new Faults();

  async function start(options: Parameters<typeof SimulatedApp.start>[0] = {}): Promise<void> {
    await daemon.start({ decideUser: faults.decide, ...options });
  }

  it('brings a crashed user back with its session, and answers the very message that crashed it', async () => {
    await start();
    const opened = daemon.clock.wall();
    await daemon.ask('heal', ANN);
    await daemon.clock.advance(3000);
    faults.plan(ANN, 'heal', 1);
    expect(await daemon.ask('heal', ANN)).to.deep.equal({ kind: 'online' });
    expect(await daemon.history(ANN)).to.deep.equal([{ onlineAt: opened, offlineAt: opened + 10_000 }]);
    expect(await crashesOfUsers(daemon)).to.equal(1);
    expect(daemon.logger.events()).to.include('actor crashed');
  });

  it('does not affect the siblings of a crashed user', async () => {
    await start({ flags: { '--shards': '1' } });
    await daemon.ask('heal', BEN);
    await daemon.ask('heal', ANN);
    faults.plan(ANN, 'heal', 2);
    const answers: string[] = [];
    daemon.app.users.ask('heal', BEN, (reply) => answers.push(`ben ${reply.kind}`));
    daemon.app.users.ask('heal', ANN, (reply) => answers.push(`ann ${reply.kind}`));
    daemon.app.users.ask('heal', BEN, (reply) => answers.push(`ben ${reply.kind}`));
    await daemon.clock.settle();
    expect(answers.filter((answer) => answer === 'ben online')).to.have.length(2);
    expect((await child(daemon, ...placeOf(ANN), 'users', 'shard-0')).restarts).to.equal(0);
  });

  it('moves a message that crashes its actor twice to the dead letters, answers at once, and keeps the actor', async () => {
    await start();
    await daemon.ask('heal', ANN);
    faults.plan(ANN, 'heal', 2);
    expect(await daemon.ask('heal', ANN)).to.deep.equal({ kind: 'refused', code: 'HEARTBEAT_INTERNAL' });
    expect(await daemon.ask('heal', ANN)).to.deep.equal({ kind: 'online' });
    const supervision = await daemon.app.supervision();
    expect(supervision).to.nested.include({
      'dead_letters.total': 1,
      'dead_letters.recent[0].message': 'heal',
    });
    expect(supervision)
      .to.have.nested.property('dead_letters.recent[0].path')
      .that.matches(new RegExp(`^${['root', ...placeOf(ANN), 'users'].join('/')}/shard-\\d/1$`));
  });

  it('does not count bad messages towards the intensity, however many there are', async () => {
    await start({ flags: { '--shards': '1' } });
    for (let i = 0; i < 3 * POLICIES.shard.intensity; i++) {
      faults.plan(ANN, 'heal', 2);
      expect(await daemon.ask('heal', ANN)).to.have.property('code', 'HEARTBEAT_INTERNAL');
    }
    expect((await child(daemon, ...placeOf(ANN), 'users', 'shard-0')).restarts).to.equal(0);
    expect(await daemon.ask('heal', ANN)).to.deep.equal({ kind: 'online' });
  });

  it('escalates when the actors of a shard crash too often, and the shard comes back with its sessions', async () => {
    await start({ flags: { '--shards': '1' } });
    const opened = daemon.clock.wall();
    await daemon.ask('heal', ANN);
    await daemon.ask('heal', BEN);
    for (let i = 0; i <= POLICIES.shard.intensity; i++) {
      faults.plan(ANN, 'heal', 1);
      await daemon.ask('heal', ANN);
    }
    await daemon.clock.advance(1000);
    const shard = await child(daemon, ...placeOf(ANN), 'users', 'shard-0');
    expect(shard.restarts).to.equal(1);
    expect(shard.last_crash?.error).to.equal('restart intensity exceeded');
    expect(await daemon.ask('heal', BEN)).to.deep.equal({ kind: 'online' });
    expect(await daemon.history(BEN)).to.deep.equal([{ onlineAt: opened, offlineAt: opened + 8000 }]);
    await daemon.clock.advance(9000);
    expect(await daemon.history(ANN)).to.have.length(1);
    expect(await daemon.app.supervision()).to.nested.include({ 'users.online': 0 });
  });

  it('ends the process when the root is past its intensity', async () => {
    await start({ flags: { '--shards': '1' } });
    await daemon.ask('heal', ANN);
    const perUsersCrash = POLICIES.users.intensity + 1;
    const perRootCrash = POLICIES.root.intensity + 1;
    for (let i = 0; i < perRootCrash * perUsersCrash && daemon.fatal === undefined; i++) {
      for (let j = 0; j <= POLICIES.shard.intensity; j++) {
        faults.plan(ANN, 'heal', 1);
        await daemon.ask('heal', ANN);
      }
      await daemon.clock.advance(1500);
    }
    expect(daemon.fatal?.message).to.match(/users was restarted too often/);
  });

  it('loses nothing acknowledged when history crashes in the middle of a batch', async () => {
    const store = new CrashingStore();
    await start({ store });
    const opened = daemon.clock.wall();
    await daemon.ask('heal', BEN);
    store.faults = 1;
    expect(await daemon.ask('heal', ANN)).to.deep.equal({ kind: 'online' });
    expect((await child(daemon, ...placeOf(ANN), 'history')).crashes).to.equal(1);
    expect(daemon.logger.events()).to.include('actor crashed');
    await daemon.clock.advance(8000);
    const whole = [{ onlineAt: opened, offlineAt: opened + 7000 }];
    expect(await daemon.history(ANN)).to.deep.equal(whole);
    expect(await daemon.history(BEN)).to.deep.equal(whole);
    expect(store.countSessions()).to.equal(2);
  });

  it('refuses past a full mailbox, and counts it', async () => {
    await start({ flags: { '--limits-mailbox': '3' } });
    // Later messages wait until its actor is restarted.
    faults.plan(ANN, 'heal', 1);
    const replies: string[] = [];
    for (let i = 0; i < 6; i++) {
      daemon.app.users.ask('heal', ANN, (reply) =>
        replies.push(reply.kind === 'refused' ? reply.code : reply.kind),
      );
    }
    await daemon.clock.settle();
    expect(replies.filter((reply) => reply === 'online')).to.have.length(4);
    expect(replies.filter((reply) => reply === 'HEARTBEAT_OVERLOADED')).to.have.length(2);
    expect(await daemon.app.supervision()).to.nested.include({ 'refused.mailbox_full': 2 });
  });

  it('runs one nact actor for each user online, and none for offline users', async () => {
    await start();
    const { actors: fixed } = (await daemon.app.supervision()) as { actors: number };
    for (let id = 1; id <= 50; id++) await daemon.ask('heal', user(id));
    expect(await daemon.app.supervision()).to.include({ actors: fixed + 50 });
    await daemon.clock.advance(8000);
    expect(await daemon.app.supervision()).to.include({ actors: fixed });
  });
});

/** Throws synchronously when a test wants it, which crashes the caller. */
class CrashingStore extends MemoryHistoryStore {
  faults = 0;

  override write(batch: readonly HistoryRecord[]): Promise<void> {
    if (this.faults-- > 0) throw new Error('planned fault in mid-batch');
    this.faults = 0;
    return super.write(batch);
  }
}
