import { expect } from 'chai';
import { NotifyError } from '../../../src/ports/channel.js';
import { MortalStore } from '../../support/mortal-store.js';
import { Phones, TO_HAND_OVER } from '../../support/phones.js';
import { SimulatedAlerts } from '../../support/simulated-alerts.js';
import { SimulatedClock } from '../../support/simulated-clock.js';

describe('a channel of the kind rota', () => {
  let phones: Phones;
  let clock: SimulatedClock;
  let alerts: SimulatedAlerts;

  beforeEach(() => {
    phones = new Phones();
    clock = new SimulatedClock();
  });

  afterEach(() => alerts.kill());

  const start = async (store = new MortalStore()) => {
    alerts = await SimulatedAlerts.start({ clock, store, channels: phones.channels(clock) });
    return alerts;
  };

  it('notifies who is on call, and at the minute of the hand-over the next one', async () => {
    await start();
    await alerts.pass(TO_HAND_OVER - 2);
    alerts.fail('db-1');
    await alerts.pass(1);
    expect(phones.rang).to.deep.equal(['ann: node.failed db-1']);
    alerts.recover('db-1');
    await alerts.pass(2);
    expect(phones.rang.slice(1)).to.deep.equal(['ann: node.recovered db-1']);
    alerts.fail('db-2');
    await alerts.pass(1);
    expect(phones.rang.slice(2)).to.deep.equal(['ben: node.failed db-2']);
  });

  it('repeats a message that it has begun at the same person, also after the hand-over', async () => {
    await start();
    phones.answer = (person) =>
      person === 'ann' && clock.wall() % 86_400_000 < 23 * 3_600_000 + 60_000
        ? Promise.reject(new Error('no network'))
        : Promise.resolve();
    await alerts.pass(TO_HAND_OVER - 30);
    alerts.fail('db-1');
    await alerts.pass(500);
    const ringing = phones.rang.filter((line) => line.endsWith('node.failed db-1'));
    expect(ringing.length).to.be.greaterThan(2);
    expect(new Set(ringing)).to.deep.equal(new Set(['ann: node.failed db-1']));
    expect(alerts.told('oncall')).to.deep.equal(['node.failed db-1']);
    alerts.fail('db-2');
    await alerts.pass(1);
    expect(phones.rang.at(-1)).to.equal('ben: node.failed db-2');
  });

  for (let batches = 1; batches <= 4; batches++)
    it(`notifies no second person after a kill behind ${batches} batches, before and after the hand-over`, async () => {
      const store = new MortalStore();
      await start(store);
      await alerts.pass(TO_HAND_OVER - 1);
      store.left = batches;
      alerts.fail('db-1');
      await alerts.pass(0.5);
      await alerts.kill();
      const rang = [...phones.rang];
      store.left = Infinity;
      await clock.advance(5_000);
      await start(store);
      await alerts.pass(60);
      // Nobody was told before the kill, or the same person is told again.
      const people = new Set(phones.rang.map((line) => line.split(':')[0]));
      expect(people).to.deep.equal(new Set([rang.length > 0 ? 'ann' : [...people][0]]));
      expect(people.size).to.equal(1);
      expect(alerts.told('oncall')).to.deep.equal(
        rang.length > 0 && phones.rang.length === 1 ? [] : ['node.failed db-1'],
      );
    });

  it('escalates to the second of those who are on call when the escalation is due', async () => {
    await start();
    await alerts.pass(TO_HAND_OVER - 300);
    alerts.fail('db-1');
    await alerts.pass(599);
    expect(phones.rang).to.deep.equal(['ann: node.failed db-1']);
    await alerts.pass(2);
    expect(phones.rang.slice(1)).to.deep.equal(['cid: node.failed db-1']);
  });

  it('does not escalate what has recovered by then', async () => {
    await start();
    alerts.fail('db-1');
    await alerts.pass(300);
    alerts.recover('db-1');
    await alerts.pass(1_000);
    expect(phones.rang).to.deep.equal(['ann: node.failed db-1', 'ann: node.recovered db-1']);
  });

  it('notifies who is on call when a silence ends that held the failure', async () => {
    await start();
    await alerts.silence(['name=db-1'], { to: TO_HAND_OVER + 60 });
    alerts.fail('db-1');
    await alerts.pass(TO_HAND_OVER + 62);
    expect(phones.rang).to.deep.equal(['ben: node.failed db-1']);
  });

  it('notifies who is on call when a dead letter is delivered again by hand', async () => {
    await start();
    phones.answer = () => Promise.reject(new NotifyError('wrong number', { permanent: true }));
    alerts.fail('db-1');
    await alerts.pass(1);
    const [record] = await alerts.stored();
    await alerts.pass(TO_HAND_OVER);
    phones.answer = () => Promise.resolve();
    const before = phones.rang.length;
    if (record !== undefined) await alerts.redeliver(record.alert.id);
    await alerts.pass(1);
    // On both channels it was a dead letter.
    expect(phones.rang.slice(before)).to.have.members(['ben: node.failed db-1', 'cid: node.failed db-1']);
  });
});
