import { expect } from 'chai';
import type { SilenceId } from '../../../src/domain/silence.js';
import { SimulatedAlerts, type AlertsSimulation } from '../../support/simulated-alerts.js';
import { collect } from '../../contract/history-store/reading.js';
import { SimulatedClock } from '../../support/simulated-clock.js';
import { storeUnderTest } from '../../support/store-under-test.js';

const HOUR = 3600;
const PROD = { labels: { env: 'prod' } };

async function silenced(
  alerts: SimulatedAlerts,
  matchers: readonly string[],
  seconds: { readonly from?: number; readonly to: number },
  nodes?: readonly string[],
): Promise<SilenceId> {
  const reply = await alerts.silence(matchers, seconds, nodes);
  if (reply?.kind !== 'silence') throw new TypeError(`the silence was refused: ${reply?.code ?? 'no reply'}`);
  return reply.silence.id;
}

describe('a silence', () => {
  let alerts: SimulatedAlerts;
  const begin = async (simulation: AlertsSimulation = {}) => {
    alerts = await SimulatedAlerts.start(simulation);
  };

  afterEach(async () => {
    await alerts.kill();
  });

  it('holds failures of the nodes that it fits, and notifies of those still failed when it ends, once', async () => {
    await begin();
    const id = await silenced(alerts, ['env=prod'], { to: HOUR });
    alerts.flip('web', 'inactive', 'failed', PROD);
    alerts.flip('db', 'inactive', 'failed');
    await alerts.pass(HOUR - 1);
    expect(alerts.told()).to.deep.equal(['node.failed db']);
    const [web] = await alerts.stored();
    expect(web?.alert).to.have.deep.property('silencedBy', [id]);
    expect(web?.deliveries[0]).to.include({ state: 'held', hold: 'silence' });
    await alerts.pass(2);
    expect(alerts.told()).to.deep.equal(['node.failed db', 'node.failed web']);
    await alerts.pass(24 * HOUR);
    expect(alerts.told(), 'once').to.have.length(2);
  });

  it('notifies nobody of a failure that it held, nor of its recovery within it', async () => {
    await begin();
    await silenced(alerts, ['name=~web-.*'], { to: HOUR });
    alerts.fail('web-1');
    await alerts.pass(60);
    alerts.recover('web-1');
    await alerts.pass(2 * HOUR);
    expect(alerts.told()).to.deep.equal([]);
    expect(await alerts.states()).to.deep.equal(['cancelled', 'cancelled']);
  });

  it('sends the recovery from a failure that was notified before it', async () => {
    await begin();
    alerts.fail('web');
    await alerts.pass(60);
    await silenced(alerts, ['name=web'], { to: HOUR });
    alerts.recover('web');
    await alerts.pass(60);
    expect(alerts.told()).to.deep.equal(['node.failed web', 'node.recovered web']);
    alerts.fail('web');
    await alerts.pass(60);
    expect(alerts.told(), 'the next failure is silenced').to.have.length(2);
  });

  it('holds a failure that was raised before it and is not delivered yet', async () => {
    let up = false;
    await begin({
      channels: {
        ops: { answer: () => (up ? Promise.resolve() : Promise.reject(new Error('down'))) },
        boss: { after: 600_000 },
      },
    });
    alerts.fail('web');
    await alerts.pass(300);
    await silenced(alerts, ['name=web'], { to: HOUR });
    up = true;
    await alerts.pass(HOUR / 2);
    expect(alerts.told('ops'), 'an attempt had begun').to.deep.equal(['node.failed web']);
    expect(alerts.told('boss')).to.deep.equal([]);
    await alerts.pass(HOUR);
    expect(alerts.told('boss'), 'an escalation counts from its end').to.deep.equal(['node.failed web']);
  });

  it('does not count towards a mass failure, and is not notified within one', async () => {
    await begin({ massFailure: { atLeast: 3, share: 0 }, watched: 10 });
    await silenced(alerts, ['env=prod'], { to: 120 });
    for (const name of ['a', 'b', 'c', 'd']) alerts.flip(name, 'inactive', 'failed', PROD);
    await alerts.pass(5);
    expect(alerts.told()).to.deep.equal([]);
    await alerts.pass(105);
    alerts.fail('x', 'y', 'z');
    await alerts.pass(30);
    expect(alerts.told(), 'its end falls into a mass failure').to.deep.equal(['mass_failure 3']);
    await alerts.pass(60);
    expect(alerts.told().slice(1)).to.deep.equal(['node.failed x,y,z,a,b,c,d']);
  });

  it('takes nodes out of a group that is not sent yet', async () => {
    await begin({ massFailure: { atLeast: 3, share: 0, hold: 60_000 }, watched: 10 });
    alerts.fail('a', 'b', 'c');
    await alerts.pass(30);
    await silenced(alerts, ['name=b'], { to: 600 });
    await alerts.pass(60);
    expect(alerts.told()).to.deep.equal(['mass_failure 3', 'node.failed a,c']);
    await alerts.pass(600);
    expect(alerts.told().slice(2)).to.deep.equal(['node.failed b']);
  });

  it('is one of several: the last to end notifies', async () => {
    await begin();
    const first = await silenced(alerts, ['name=web'], { to: 100 });
    const second = await silenced(alerts, ['name=~w.*'], { from: 50, to: 200 });
    alerts.fail('web');
    await alerts.pass(150);
    expect(alerts.told()).to.deep.equal([]);
    await alerts.pass(51);
    expect(alerts.told()).to.deep.equal(['node.failed web']);
    expect(alerts.notifier.silences.all().map(({ id }) => id)).to.deep.equal([first, second]);
  });

  it('begins when it says, and ends when somebody ends it', async () => {
    await begin();
    const id = await silenced(alerts, ['name=~web.*'], { from: 60, to: HOUR });
    expect(alerts.notifier.silences.counts()).to.deep.equal({ active: 0, pending: 1, expired: 0 });
    alerts.fail('web-1');
    await alerts.pass(61);
    alerts.fail('web-2');
    await alerts.pass(10);
    expect(alerts.told()).to.deep.equal(['node.failed web-1']);
    const reply = await alerts.expire(id);
    expect(reply).to.have.nested.property('silence.endsAt', alerts.clock.wall());
    await alerts.pass(1);
    expect(alerts.told()).to.deep.equal(['node.failed web-1', 'node.failed web-2']);
    expect(alerts.notifier.silences.counts()).to.deep.equal({ active: 0, pending: 0, expired: 1 });
    expect(await alerts.expire(id), 'idempotent').to.deep.equal(reply);
  });

  it('reminds nobody, and neither an end nor a reminder notifies twice', async () => {
    await begin({ remindEvery: 600_000 });
    alerts.fail('told');
    await alerts.pass(10);
    await silenced(alerts, ['name=~told|held'], { to: HOUR });
    alerts.fail('held');
    await alerts.pass(HOUR - 20);
    expect(alerts.told()).to.deep.equal(['node.failed told']);
    await alerts.pass(60);
    expect(alerts.told().slice(1)).to.deep.equal(['node.failed held']);
    await alerts.pass(540);
    expect(alerts.told()).to.have.length(2);
    await alerts.pass(30);
    expect(alerts.told().slice(2), 'a reminder, an interval later').to.deep.equal(['node.failed told,held']);
  });

  it('leaves to a failed dependency what a mass failure has held in between', async () => {
    await begin({ massFailure: { atLeast: 3, share: 0, hold: 60_000 }, watched: 10 });
    const dependsOn = ['router'] as never;
    await silenced(alerts, ['name=web'], { to: 120 });
    alerts.flip('web', 'inactive', 'failed', { dependsOn });
    await alerts.pass(110);
    alerts.fail('x', 'y', 'z');
    alerts.flip('early', 'inactive', 'failed', { dependsOn });
    await alerts.pass(20);
    alerts.fail('router');
    await alerts.pass(60);
    expect(alerts.told(), 'early failed before its dependency').to.deep.equal([
      'mass_failure 4',
      'node.failed x,y,z,early,router',
    ]);
    alerts.recover('router');
    await alerts.pass(20);
    expect(alerts.told().slice(2)).to.deep.equal(['node.recovered router']);
    await alerts.pass(20);
    expect(alerts.told().slice(3), 'a timeout later').to.deep.equal(['node.failed web']);
  });

  it('holds what an inhibition releases, and the other way round', async () => {
    await begin();
    const dependsOn = ['router'] as never;
    alerts.fail('router');
    await silenced(alerts, ['name=web'], { to: 300 });
    alerts.flip('web', 'inactive', 'failed', { dependsOn });
    await alerts.pass(301);
    expect(alerts.told(), 'its dependency is still failed').to.deep.equal(['node.failed router']);
    alerts.flip('db', 'inactive', 'failed', { dependsOn });
    await silenced(alerts, ['name=db'], { to: 300 });
    alerts.recover('router');
    await alerts.pass(60);
    expect(alerts.told().slice(1)).to.deep.equal(['node.recovered router', 'node.failed web']);
    await alerts.pass(300);
    expect(alerts.told().slice(3)).to.deep.equal(['node.failed db']);
  });

  it('leaves a node the timeout that it has once its dependency is back', async () => {
    await begin();
    alerts.fail('router');
    await silenced(alerts, ['name=web'], { to: 300 });
    alerts.flip('web', 'inactive', 'failed', { dependsOn: ['router'] as never });
    await alerts.pass(290);
    alerts.recover('router');
    await alerts.pass(25);
    expect(alerts.told()).to.deep.equal(['node.failed router', 'node.recovered router']);
    await alerts.pass(10);
    expect(alerts.told().slice(2)).to.deep.equal(['node.failed web']);
  });

  it('follows the labels of a failed node', async () => {
    await begin({ channels: { ops: {}, boss: { after: 600_000 } } });
    const at = alerts.clock.wall();
    alerts.fail('web', 'db');
    await silenced(alerts, ['env=prod'], { to: HOUR });
    await alerts.pass(10);
    alerts.failureStatus('web', at, PROD);
    await alerts.pass(700);
    expect(alerts.told('boss')).to.deep.equal(['node.failed db']);
    alerts.failureStatus('web', at);
    await alerts.pass(700);
    expect(alerts.told('boss')).to.deep.equal(['node.failed db', 'node.failed web']);
  });

  it('silences only nodes that whoever made it may touch', async () => {
    await begin();
    const id = await silenced(alerts, ['name=~.*'], { to: HOUR }, ['cron-']);
    alerts.fail('cron-a', 'web');
    await alerts.pass(10);
    expect(alerts.told()).to.deep.equal(['node.failed web']);
    expect(await alerts.expire(id, ['db-'])).to.deep.equal({
      kind: 'refused',
      code: 'HEARTBEAT_NO_SUCH_SILENCE',
    });
    expect(await alerts.expire(id, ['cron'])).to.include({ kind: 'silence' });
  });

  it('survives a kill, and holds before the first alert goes out', async () => {
    const clock = new SimulatedClock();
    const store = storeUnderTest(clock);
    const at = { web: 0 };
    await begin({ store, clock, channels: { ops: { answer: () => Promise.reject(new Error('down')) } } });
    const id = await silenced(alerts, ['env=prod'], { to: HOUR });
    at.web = alerts.clock.wall();
    alerts.flip('web', 'inactive', 'failed', PROD);
    await alerts.pass(10);
    await alerts.kill();
    await begin({
      store,
      clock: alerts.clock,
      recover: (again) => {
        again.failureStatus('web', at.web, PROD);
      },
    });
    alerts.flip('db', 'inactive', 'failed', PROD);
    await alerts.pass(10);
    expect(alerts.told()).to.deep.equal([]);
    expect(alerts.notifier.silences.get(id)).to.include({ by: 'ann' });
    await alerts.pass(HOUR);
    expect(alerts.told()).to.deep.equal(['node.failed web,db']);
  });

  it('that ended while there was no daemon notifies at the start', async () => {
    const clock = new SimulatedClock();
    const store = storeUnderTest(clock);
    await begin({ store, clock });
    await silenced(alerts, ['name=web'], { to: 60 });
    const at = alerts.clock.wall();
    alerts.fail('web');
    await alerts.pass(10);
    await alerts.kill();
    await alerts.clock.advance(HOUR * 1000);
    await begin({
      store,
      clock: alerts.clock,
      recover: (again) => {
        again.failureStatus('web', at);
      },
    });
    await alerts.pass(1);
    expect(alerts.told()).to.deep.equal(['node.failed web']);
  });

  it('follows the wall clock when that is set', async () => {
    await begin();
    await silenced(alerts, ['name=web'], { to: HOUR });
    alerts.fail('web');
    await alerts.pass(10);
    alerts.clock.jumpWall(HOUR * 1000);
    await alerts.pass(2);
    expect(alerts.told(), 'noticed within a second').to.deep.equal(['node.failed web']);
    alerts.clock.jumpWall(-HOUR * 1000);
    alerts.fail('web-2');
    alerts.recover('web');
    alerts.fail('web');
    await alerts.pass(10);
    expect(alerts.told().slice(1), 'active again').to.deep.equal(['node.failed web-2', 'node.recovered web']);
  });

  it('is refused past the limit', async () => {
    await begin({ mostSilences: 2 });
    const id = await silenced(alerts, ['name=a'], { to: HOUR });
    await silenced(alerts, ['name=b'], { to: HOUR });
    const refused = { kind: 'refused', code: 'HEARTBEAT_TOO_MANY_SILENCES' };
    expect(await alerts.silence(['name=c'], { to: HOUR })).to.deep.equal(refused);
    await alerts.expire(id);
    expect(await alerts.silence(['name=c'], { to: HOUR })).to.include({ kind: 'silence' });
  });

  it('is not refused because others are just being ended', async () => {
    await begin({ mostSilences: 3 });
    const first = await silenced(alerts, ['name=a'], { to: HOUR });
    const second = await silenced(alerts, ['name=b'], { to: HOUR });
    const replies = await Promise.all([
      alerts.expire(first),
      alerts.expire(second),
      alerts.silence(['name=c'], { to: HOUR }),
      alerts.silence(['name=d'], { to: HOUR }),
    ]);
    expect(replies.map((reply) => reply?.kind)).to.deep.equal(['silence', 'silence', 'silence', 'refused']);
  });

  it('is one of a share of each key, which leaves places for other keys, also over a restart', async () => {
    const clock = new SimulatedClock();
    const store = storeUnderTest(clock);
    await begin({ store, clock, mostSilences: 12 });
    const taken = async (key?: string, from = 0): Promise<number> => {
      for (let made = 0; ; made++) {
        const reply = await alerts.silence([`name=${made}`], { from, to: HOUR }, undefined, key);
        if (reply?.kind !== 'silence') return made;
      }
    };
    expect(await taken('greedy', HOUR / 2), 'half, pending ones too').to.equal(6);
    await alerts.kill();
    await begin({ store, clock, mostSilences: 12 });
    await alerts.pass(1);
    expect(await taken('greedy')).to.equal(0);
    expect(await taken('web'), 'half of the rest').to.equal(3);
    expect(await taken('db')).to.equal(2);
    const many = await Promise.all(
      ['x', 'x', 'y'].map((key) => alerts.silence(['name=a'], { to: HOUR }, undefined, key)),
    );
    expect(
      many.map((reply) => reply?.kind),
      'at once',
    ).to.deep.equal(['silence', 'refused', 'refused']);
  });

  it('is forgotten some time after its end', async () => {
    const clock = new SimulatedClock();
    const store = storeUnderTest(clock);
    await begin({ store, clock, silenceRetention: HOUR * 1000 });
    await silenced(alerts, ['name=a'], { to: 60 });
    await silenced(alerts, ['name=b'], { to: 3 * HOUR });
    await alerts.pass(2 * HOUR + 60);
    expect(alerts.notifier.silences.all().map(({ matchers }) => matchers)).to.deep.equal([['name=b']]);
    const stored = await collect(store.silences());
    expect(stored.map(({ matchers }) => matchers)).to.deep.equal([['name=b']]);
  });
});
