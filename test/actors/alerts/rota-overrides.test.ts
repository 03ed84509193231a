import { expect } from 'chai';
import type { OverrideReply } from '../../../actors/notifier/notifier.protocol.js';
import type { RotaOverride } from '../../../src/domain/rota-override.js';
import { instant } from '../../../src/domain/time.js';
import { MortalStore } from '../../support/mortal-store.js';
import { Phones, TO_HAND_OVER } from '../../support/phones.js';
import { SimulatedAlerts } from '../../support/simulated-alerts.js';
import { SimulatedClock } from '../../support/simulated-clock.js';
import { diskUnderTest } from '../../support/store-under-test.js';

const made = (reply: OverrideReply | undefined): RotaOverride =>
  reply?.kind === 'override' ? reply.override : expect.fail(`refused: ${JSON.stringify(reply)}`);

describe('overrides of a rota', () => {
  let phones: Phones;
  let clock: SimulatedClock;
  let alerts: SimulatedAlerts;

  beforeEach(() => {
    phones = new Phones();
    clock = new SimulatedClock();
  });

  afterEach(() => alerts.kill());

  const start = async (store: Parameters<typeof SimulatedAlerts.start>[0] = {}) => {
    alerts = await SimulatedAlerts.start({ clock, channels: phones.channels(clock), ...store });
    return alerts;
  };
  const personsOf = async () =>
    (await alerts.stored()).flatMap(({ deliveries }) =>
      deliveries.flatMap(({ channel, person }) => (person === undefined ? [] : [`${channel}: ${person}`])),
    );

  it('put somebody else on call, for what begins while they hold', async () => {
    await start();
    await alerts.override('ops', 'ben', { from: 10, to: 20 });
    for (const [name, seconds] of [
      ['db-1', 9],
      ['db-2', 3],
      ['db-3', 9],
    ] as const) {
      await alerts.pass(seconds);
      alerts.fail(name);
      await alerts.pass(0.5);
    }
    expect(phones.rang).to.deep.equal([
      'ann: node.failed db-1',
      'ben: node.failed db-2',
      'ann: node.failed db-3',
    ]);
    expect(await personsOf()).to.deep.equal(['oncall: ann', 'oncall: ben', 'oncall: ann']);
  });

  it('leave a message that has begun with its person, when they begin and when they are ended', async () => {
    await start();
    phones.answer = () => Promise.reject(new Error('no network'));
    alerts.fail('db-1');
    await alerts.pass(1);
    const override = made(await alerts.override('ops', 'cid', { to: 86_400 }));
    await alerts.pass(0.1);
    alerts.fail('db-2');
    await alerts.pass(30);
    await alerts.endOverride('ops', override.id);
    await alerts.pass(0.1);
    alerts.fail('db-3');
    await alerts.pass(300);
    const who = (node: string) =>
      new Set(phones.rang.flatMap((line) => (line.endsWith(node) ? [line.split(':')[0]] : [])));
    expect(['db-1', 'db-2', 'db-3'].map(who)).to.deep.equal([
      new Set(['ann']),
      new Set(['cid']),
      new Set(['ann']),
    ]);
    expect(phones.rang.filter((line) => line.endsWith('db-1')).length).to.be.greaterThan(3);
    // Of an attempt that failed, too.
    expect(await personsOf()).to.have.members(['oncall: ann', 'oncall: cid', 'oncall: ann']);
  });

  it('are made in the instant of a failure without changing its person', async () => {
    await start();
    phones.answer = () => Promise.reject(new Error('no network'));
    alerts.fail('db-1');
    await alerts.override('ops', 'ben', { to: 86_400 });
    await alerts.pass(120);
    expect(new Set(phones.rang)).to.deep.equal(new Set(['ann: node.failed db-1']));
  });

  it('count by the order in which they were made, and not at all for people and rotas that are unknown', async () => {
    await start();
    await alerts.override('ops', 'ben', { to: 3_600 });
    await alerts.override('ops', 'cid', { to: 60 });
    await alerts.override('ops', 'zoe', { to: 3_600 });
    await alerts.override('other', 'ann', { to: 3_600 });
    await alerts.pass(1);
    alerts.fail('db-1');
    await alerts.pass(60);
    alerts.fail('db-2');
    await alerts.pass(1);
    expect(phones.rang).to.deep.equal(['cid: node.failed db-1', 'ben: node.failed db-2']);
  });

  it('count by that order also if the wall clock was set back in between', async () => {
    await start();
    await alerts.override('ops', 'ben', { to: 7_200 });
    await alerts.kill();
    clock.jumpWall(-1_800_000);
    await start({ store: alerts.store });
    await alerts.override('ops', 'cid', { to: 7_200 });
    await alerts.pass(1_900);
    alerts.fail('db-1');
    await alerts.pass(1);
    expect(phones.rang).to.deep.equal(['cid: node.failed db-1']);
  });

  it('have the person who is replaced called last', async () => {
    await start();
    await alerts.override('ops', 'ben', { to: 3_600 });
    await alerts.pass(1);
    alerts.fail('db-1');
    await alerts.pass(602);
    expect(phones.rang).to.deep.equal(['ben: node.failed db-1', 'cid: node.failed db-1']);
  });

  it('go on over a hand-over', async () => {
    await start();
    await alerts.override('ops', 'cid', { to: TO_HAND_OVER + 3_600 });
    await alerts.pass(TO_HAND_OVER + 1);
    alerts.fail('db-1');
    await alerts.pass(1);
    expect(phones.rang).to.deep.equal(['cid: node.failed db-1']);
  });

  for (let batches = 0; batches <= 3; batches++)
    it(`hold for what begins after a kill, or were never acknowledged: behind ${batches} batches`, async () => {
      const store = new MortalStore();
      await start({ store });
      store.left = batches;
      const reply = await alerts.override('ops', 'ben', { to: 3_600 });
      await alerts.pass(0.1);
      alerts.fail('db-1');
      await alerts.pass(0.5);
      await alerts.kill();
      const rang = [...phones.rang];
      store.left = Infinity;
      await clock.advance(5_000);
      await start({ store });
      await alerts.pass(60);
      const isAcknowledged = reply?.kind === 'override';
      expect(isAcknowledged).to.equal(batches > 0);
      // The failure came after the override: nobody else is told, before or after the kill.
      const ringing = new Set(phones.rang);
      expect(ringing).to.deep.equal(new Set(batches > 1 ? ['ben: node.failed db-1'] : []));
      expect(rang.length).to.be.at.most(1);
      alerts.fail('db-2');
      await alerts.pass(1);
      expect(phones.rang.at(-1)).to.equal(`${isAcknowledged ? 'ben' : 'ann'}: node.failed db-2`);
    });

  it('are ended once, by their own rota alone, and one that has not begun never begins', async () => {
    await start();
    const { id } = made(await alerts.override('ops', 'ben', { from: 60, to: 3_600 }));
    const unknown = { kind: 'refused', code: 'HEARTBEAT_NO_SUCH_OVERRIDE' };
    expect(await alerts.endOverride('other', id)).to.deep.equal(unknown);
    const ended = made(await alerts.endOverride('ops', id));
    await alerts.pass(61);
    expect(made(await alerts.endOverride('ops', id))).to.deep.equal(ended);
    alerts.fail('db-1');
    await alerts.pass(1);
    expect(phones.rang).to.deep.equal(['ann: node.failed db-1']);
  });

  it('are refused while the store refuses writes, and change nothing then', async () => {
    const disk = diskUnderTest();
    clock.waitsFor = () => disk.busy > 0;
    await start({ store: disk.attach() });
    const kept = made(await alerts.override('ops', 'cid', { from: 100, to: 200 }));
    disk.refuse('dropped');
    const refused = { kind: 'refused', code: 'HEARTBEAT_STORE_REFUSES' };
    expect(await alerts.override('ops', 'ben', { to: 3_600 })).to.deep.equal(refused);
    expect(await alerts.endOverride('ops', kept.id)).to.deep.equal(refused);
    disk.mend();
    await alerts.pass(120);
    expect(alerts.notifier.overrides.all()).to.deep.equal([kept]);
    alerts.fail('db-1');
    await alerts.pass(1);
    expect(phones.rang).to.deep.equal(['cid: node.failed db-1']);
  });

  it('are at most 1,000, and of those that are over the oldest go', async () => {
    await start();
    const codes = new Set<string>();
    const request = (person: string, endsIn: number) => ({
      kind: 'override' as const,
      request: {
        rota: 'ops',
        person,
        startsAt: clock.wall(),
        endsAt: instant(clock.wall() + endsIn * 1_000),
        by: 'ann',
      },
      answered: (reply: OverrideReply) => codes.add(reply.kind === 'refused' ? reply.code : reply.kind),
    });
    for (let n = 0; n < 1_000; n++) alerts.notifier.command(request('ben', 60));
    await alerts.pass(0.1);
    expect(codes).to.deep.equal(new Set(['override']));
    expect(await alerts.override('ops', 'ben', { to: 60 })).to.deep.equal({
      kind: 'refused',
      code: 'HEARTBEAT_TOO_MANY_OVERRIDES',
    });
    await alerts.pass(61);
    for (let n = 0; n < 3; n++) made(await alerts.override('ops', 'cid', { to: 1 }));
    await alerts.pass(2);
    const last = made(await alerts.override('ops', 'ben', { to: 60 }));
    expect(alerts.notifier.overrides.all()).to.have.length(1_001);
    expect(alerts.notifier.overrides.all().at(-1)).to.deep.equal(last);
    // A year later all are gone, from the disk too.
    clock.standStill(400 * 86_400_000);
    await alerts.override('ops', 'ben', { to: 60 });
    await alerts.kill();
    await start({ store: alerts.store });
    expect(alerts.notifier.overrides.all()).to.have.length(1);
  });
});
