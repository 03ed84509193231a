import { expect } from 'chai';
import type { AlertMessage } from '../../../src/ports/channel.js';
import { collect } from '../../contract/history-store/reading.js';
import { SimulatedAlerts, type AlertsSimulation } from '../../support/simulated-alerts.js';

const WEB = { labels: { team: 'web' } };
const DATA = { labels: { team: 'data' } };
/** Two teams with a channel each, and one channel for all. */
const TEAMS = {
  web: { match: [{ labels: { team: ['web'] } }], remembers: true },
  data: { match: [{ labels: { team: ['data'] } }], remembers: true },
  all: { remembers: true },
};

describe('a failure whose node goes to other channels', () => {
  let alerts: SimulatedAlerts;

  async function start(simulation: AlertsSimulation): Promise<void> {
    alerts = await SimulatedAlerts.start(simulation);
  }

  afterEach(() => alerts.stop());

  async function restart(
    recover: () => void,
    channels: NonNullable<AlertsSimulation['channels']> = TEAMS,
  ): Promise<void> {
    await alerts.kill();
    const { store, clock } = alerts;
    await start({
      channels,
      store,
      clock,
      recover: (again) => {
        alerts = again;
        recover();
      },
    });
  }

  /** The notices that close failures, one line each. */
  const closed = (): string[] =>
    alerts.delivered
      .filter(({ message }) => message.type === 'channel.closed')
      .map(({ channel, message: { node, nodes = [] } }) =>
        [channel, node?.name ?? nodes.map(({ name }) => name).join()].join(' '),
      );

  it('is closed once at the channels of its former labels', async () => {
    await start({ channels: TEAMS });
    const since = alerts.clock.wall();
    alerts.flip('db', 'inactive', 'failed', WEB);
    await alerts.pass(60);
    await alerts.reroute('db', since, WEB, DATA);
    await alerts.pass(3600);
    expect(closed()).to.deep.equal(['web db']);
    expect(alerts.delivered.at(-1)?.message).to.deep.include({
      message: "Alerts of node 'db' no longer go here. It is still failed.",
    });
    alerts.flip('db', 'failed', 'active', DATA);
    await alerts.pass(1);
    expect(alerts.told('web')).to.deep.equal(['node.failed db', 'channel.closed db']);
    expect(alerts.told('data'), 'a recovery alone').to.deep.equal([]);
    expect(alerts.told('all')).to.deep.equal(['node.failed db', 'node.recovered db']);
    expect(alerts.notifier.inspect()).to.include({ open: 0 });
  });

  it('ends silently at channels that got the node since and were not notified', async () => {
    const late = { ...TEAMS.data, after: 2_000 };
    await start({ channels: { ...TEAMS, late } });
    const since = alerts.clock.wall();
    for (const name of ['back', 'gone', 'reloaded']) alerts.flip(name, 'inactive', 'failed', WEB);
    await alerts.pass(1);
    for (const name of ['back', 'gone']) await alerts.reroute(name, since, WEB, DATA);
    await alerts.replace({ ...TEAMS, late: { after: 2_000, remembers: true } });
    await alerts.pass(10);
    alerts.flip('back', 'failed', 'active', DATA);
    await alerts.delete('gone');
    alerts.flip('reloaded', 'failed', 'active', WEB);
    await alerts.pass(10);
    expect([alerts.told('data'), alerts.told('late')]).to.deep.equal([[], []]);
    expect(alerts.told('all').slice(3)).to.have.members([
      'node.recovered back',
      'node.deleted gone',
      'node.recovered reloaded',
    ]);
    expect(alerts.notifier.inspect()).to.include({ open: 0 });
  });

  it('is closed at the channels that the node names no more', async () => {
    await start({ channels: { web: {}, data: {} } });
    const since = alerts.clock.wall();
    alerts.fail('db');
    await alerts.pass(1);
    await alerts.reroute('db', since, {}, { channels: ['data'] });
    expect(closed()).to.deep.equal(['web db']);
    await alerts.reroute('db', since, { channels: ['data'] }, { channels: [] });
    await alerts.pass(1);
    expect(closed()).to.deep.equal(['web db', 'data db']);
  });

  it('is closed where a reload has another match, many nodes in one message', async () => {
    await start({ channels: TEAMS });
    for (const name of ['a', 'b']) alerts.flip(name, 'inactive', 'failed', WEB);
    alerts.flip('c', 'inactive', 'failed', DATA);
    await alerts.pass(1);
    await alerts.replace({ ...TEAMS, web: { match: [{ labels: { team: ['none'] } }] } });
    expect(closed()).to.deep.equal(['web a,b']);
    expect(alerts.delivered.at(-1)?.message).to.deep.include({
      message: "Alerts of 2 nodes no longer go here. They are still failed: 'a', 'b'.",
    });
    await alerts.replace({ ...TEAMS, data: { match: [{ labels: { team: ['none'] } }] } });
    expect(closed()).to.deep.equal(['web a,b', 'data c']);
  });

  it('is closed where a reload leaves recoveries out of the events', async () => {
    await start({ channels: { ops: {}, all: {} } });
    alerts.fail('db');
    await alerts.pass(1);
    await alerts.replace({ ops: { events: ['node.failed'] }, all: {} });
    expect(closed()).to.deep.equal(['ops db']);
    await alerts.replace({ ops: { events: ['mass_failure'] }, all: {} });
    expect(closed(), 'nothing is open there any more').to.deep.equal(['ops db']);
  });

  it('is closed nowhere where nothing is open, or recoveries are still notified', async () => {
    await start({ channels: { ...TEAMS, deaf: { ...TEAMS.web, events: ['node.failed'] } } });
    const since = alerts.clock.wall();
    alerts.flip('deaf-only', 'inactive', 'failed', { ...WEB, channels: ['deaf'] });
    alerts.flip('fine', 'inactive', 'failed', WEB);
    await alerts.pass(1);
    await alerts.reroute('deaf-only', since, { ...WEB, channels: ['deaf'] }, DATA);
    alerts.flip('fine', 'failed', 'active', WEB);
    await alerts.pass(1);
    await alerts.replace({ ...TEAMS, web: { match: [{ labels: { team: ['none'] } }] } });
    alerts.fail('new');
    await alerts.pass(1);
    await alerts.replace({ ...TEAMS, all: { events: ['node.recovered'] } });
    expect(closed()).to.deep.equal([]);
  });

  it('is closed only at notified channels if its settings are changed and changed back', async () => {
    await start({ channels: TEAMS });
    const since = alerts.clock.wall();
    alerts.flip('db', 'inactive', 'failed', WEB);
    await alerts.pass(1);
    for (const [before, next] of [
      [WEB, DATA],
      [DATA, WEB],
      [WEB, DATA],
    ] as const) {
      await alerts.reroute('db', since, before, next);
      await alerts.pass(1);
    }
    expect(closed()).to.deep.equal(['web db']);
  });

  it('is closed each time at a provider that forgets, and resent at once', async () => {
    const forgets = { remembers: false };
    await start({ channels: { web: { ...TEAMS.web, ...forgets }, data: { ...TEAMS.data, ...forgets } } });
    const since = alerts.clock.wall();
    alerts.flip('db', 'inactive', 'failed', WEB);
    await alerts.pass(1);
    await alerts.reroute('db', since, WEB, DATA);
    await alerts.pass(1);
    await alerts.reroute('db', since, DATA, WEB);
    await alerts.pass(1);
    expect(closed()).to.deep.equal(['web db', 'data db']);
    expect(new Set(alerts.again)).to.deep.equal(new Set(['data: db failed', 'web: db failed']));
  });

  it('is closed where a reminder was sent, although its settings were changed back', async () => {
    await start({ channels: TEAMS, remindEvery: 600_000 });
    const since = alerts.clock.wall();
    alerts.flip('db', 'inactive', 'failed', WEB);
    await alerts.pass(1);
    await alerts.reroute('db', since, WEB, DATA);
    await alerts.pass(600);
    expect(alerts.told('data')).to.deep.equal(['node.failed db']);
    await alerts.reroute('db', since, DATA, WEB);
    await alerts.pass(1);
    expect(closed()).to.deep.equal(['web db', 'data db']);
  });

  it('is not closed if its settings are changed back before the notice is sent', async () => {
    let answer = (): void => undefined;
    const busy = ({ type }: { readonly type: string }) =>
      type === 'test' ? new Promise<void>((resolve) => (answer = resolve)) : Promise.resolve();
    await start({ channels: { ...TEAMS, web: { ...TEAMS.web, answer: busy, concurrency: 1 } } });
    const since = alerts.clock.wall();
    alerts.flip('db', 'inactive', 'failed', WEB);
    await alerts.pass(1);
    await alerts.test('web');
    await alerts.reroute('db', since, WEB, DATA);
    await alerts.reroute('db', since, DATA, WEB);
    answer();
    await alerts.pass(10);
    alerts.flip('db', 'failed', 'active', WEB);
    await alerts.pass(1);
    expect(alerts.told('web')).to.deep.equal(['node.failed db', 'test', 'node.recovered db']);
    expect(alerts.told('data')).to.deep.equal([]);
  });

  it('notifies nobody if nobody was notified of it', async () => {
    await start({ channels: { ...TEAMS, web: { ...TEAMS.web, after: 900_000 } } });
    const since = alerts.clock.wall();
    alerts.flip('db', 'inactive', 'failed', WEB);
    await alerts.pass(1);
    await alerts.reroute('db', since, WEB, DATA);
    await alerts.pass(3600);
    expect(alerts.told('web')).to.deep.equal([]);
    expect(alerts.notifier.inspect()).to.include({ open: 0 });
  });

  it('is left out of a message about many that is not sent yet', async () => {
    const boss = { ...TEAMS.web, after: 900_000 };
    await start({ channels: { all: {}, boss }, watched: 50 });
    const since = alerts.clock.wall();
    const names = Array.from({ length: 25 }, (_, index) => `n${String(index)}`);
    for (const name of names) alerts.flip(name, 'inactive', 'failed', WEB);
    await alerts.pass(120);
    await alerts.reroute('n3', since, WEB, DATA);
    await alerts.pass(3600);
    const [group, ...others] = alerts.delivered.filter(({ channel }) => channel === 'boss');
    const told = names.filter((name) => name !== 'n3');
    expect(group?.message.nodes?.map(({ name }) => name)).to.have.members(told);
    expect(others).to.deep.equal([]);
    expect(alerts.notifier.inspect()).to.include({ open: 0, held: 0 });
  });

  it('is closed behind the failure, where that is still on its way', async () => {
    let refused = 0;
    await start({
      channels: { ...TEAMS, web: { ...TEAMS.web, answer: () => refuseFirst() } },
    });
    const refuseFirst = (): Promise<void> =>
      refused++ === 0 ? Promise.reject(new Error('no')) : Promise.resolve();
    const since = alerts.clock.wall();
    alerts.flip('db', 'inactive', 'failed', WEB);
    await alerts.pass(1);
    await alerts.reroute('db', since, WEB, DATA);
    await alerts.pass(60);
    expect(alerts.told('web')).to.deep.equal(['node.failed db', 'channel.closed db']);
  });

  it('is closed by a repeated attempt, also after a kill', async () => {
    const down = (): Promise<void> => Promise.reject(new Error('down'));
    let answer = (): Promise<void> => Promise.resolve();
    const channels = { ...TEAMS, web: { ...TEAMS.web, answer: () => answer() } };
    await start({ channels });
    const since = alerts.clock.wall();
    alerts.flip('db', 'inactive', 'failed', WEB);
    await alerts.pass(1);
    answer = down;
    await alerts.reroute('db', since, WEB, DATA);
    await alerts.pass(1);
    await alerts.kill();
    answer = () => Promise.resolve();
    const { store, clock } = alerts;
    await start({ channels, store, clock, recover: (again) => again.failureStatus('db', since, DATA) });
    await alerts.pass(60);
    expect(closed()).to.deep.equal(['web db']);
  });

  for (const ends of ['recovers', 'is deleted', 'goes back'] as const) {
    it(`is not ended at a channel that was not notified when the node ${ends} after a restart`, async () => {
      await start({ channels: TEAMS });
      const since = alerts.clock.wall();
      alerts.flip('db', 'inactive', 'failed', WEB);
      await alerts.pass(1);
      await alerts.reroute('db', since, WEB, DATA);
      await alerts.pass(1);
      await restart(() => alerts.failureStatus('db', since, DATA));
      if (ends === 'recovers') alerts.flip('db', 'failed', 'active', DATA);
      else if (ends === 'is deleted') await alerts.delete('db', DATA);
      else await alerts.reroute('db', since, DATA, WEB);
      await alerts.pass(1);
      expect(alerts.told('data')).to.deep.equal([]);
      expect(closed()).to.deep.equal([]);
      expect(await collect(alerts.store.unnotified())).to.deep.equal(
        ends === 'goes back' ? [{ node: 'db', channels: ['web'] }] : [],
      );
    });
  }

  it('is ended after a restart at a channel that was reminded of it', async () => {
    await start({ channels: TEAMS, remindEvery: 600_000 });
    const since = alerts.clock.wall();
    alerts.flip('db', 'inactive', 'failed', WEB);
    await alerts.pass(1);
    await alerts.reroute('db', since, WEB, DATA);
    await alerts.pass(700);
    await restart(() => alerts.failureStatus('db', since, DATA));
    alerts.flip('db', 'failed', 'active', DATA);
    await alerts.pass(1);
    expect(alerts.told('data')).to.deep.equal(['node.recovered db']);
  });

  it('is not ended after a restart at a channel that a reload added', async () => {
    await start({ channels: { all: TEAMS.all } });
    const since = alerts.clock.wall();
    alerts.fail('db');
    await alerts.pass(1);
    await alerts.replace(TEAMS);
    await alerts.replace({ all: TEAMS.all, more: { remembers: true } });
    await restart(() => alerts.failureStatus('db', since), { all: TEAMS.all, more: { remembers: true } });
    alerts.recover('db');
    await alerts.pass(1);
    expect([alerts.told('all'), alerts.told('more')]).to.deep.equal([['node.recovered db'], []]);
  });

  it('is notified to all its channels when the node fails again after a restart', async () => {
    await start({ channels: TEAMS });
    const since = alerts.clock.wall();
    alerts.flip('db', 'inactive', 'failed', WEB);
    await alerts.pass(1);
    await alerts.reroute('db', since, WEB, DATA);
    alerts.flip('db', 'failed', 'active', DATA);
    await alerts.pass(1);
    await restart(() => undefined);
    alerts.flip('db', 'inactive', 'failed', DATA);
    await alerts.pass(1);
    const again = alerts.clock.wall();
    await restart(() => alerts.failureStatus('db', again - 1000, DATA));
    alerts.flip('db', 'failed', 'active', DATA);
    await alerts.pass(1);
    expect(alerts.told('data')).to.deep.equal(['node.recovered db']);
  });

  it('is not closed where another channel has the same receiver', async () => {
    const one = { receiver: 'one' };
    await start({ channels: { web: { ...TEAMS.web, ...one }, data: { ...TEAMS.data, ...one } } });
    const since = alerts.clock.wall();
    alerts.flip('db', 'inactive', 'failed', WEB);
    await alerts.pass(1);
    await alerts.reroute('db', since, WEB, DATA);
    await alerts.replace({ duty: { ...TEAMS.data, ...one } });
    expect(closed()).to.deep.equal([]);
    await alerts.replace({ duty: { ...TEAMS.web, ...one } });
    expect(closed()).to.deep.equal(['duty db']);
  });

  it('is not closed where the node has recovered while its settings were written', async () => {
    await start({ channels: TEAMS });
    alerts.flip('db', 'inactive', 'failed', WEB);
    await alerts.pass(1);
    const node = { ...alerts.factsOf('db', 'failed'), ...WEB };
    const records = alerts.notifier.prepare({ kind: 'rerouted', node, next: { ...node, ...DATA } });
    alerts.history.submit([{ kind: 'alerts', records }]);
    alerts.flip('db', 'failed', 'active', WEB);
    alerts.notifier.settled(node.name, true);
    await alerts.pass(10);
    expect(alerts.told('web')).to.deep.equal(['node.failed db', 'node.recovered db']);
  });

  it('is not closed by a reload at a channel whose attempt has not begun', async () => {
    let answer = (): void => undefined;
    const busy = ({ type, node }: AlertMessage) =>
      type === 'node.failed' && node?.name === 'first'
        ? new Promise<void>((resolve) => (answer = resolve))
        : Promise.resolve();
    const web = { ...TEAMS.web, answer: busy, concurrency: 1 };
    await start({ channels: { web } });
    alerts.flip('told', 'inactive', 'failed', WEB);
    await alerts.pass(1);
    alerts.flip('first', 'inactive', 'failed', WEB);
    await alerts.pass(1);
    alerts.flip('waits', 'inactive', 'failed', WEB);
    await alerts.replace({ web: { ...web, match: [{ labels: { team: ['none'] } }] } });
    answer();
    await alerts.pass(10);
    expect(closed()).to.deep.equal(['web told,first']);
    expect(alerts.told('web')).to.not.include('node.failed waits');
    expect(alerts.notifier.inspect()).to.include({ open: 0 });
  });

  it('is closed later at a channel that has had its most messages', async () => {
    await start({ channels: TEAMS, maxPerHour: 3 });
    // Two messages go out at once; the third is the last.
    for (const [from, to] of [
      ['inactive', 'failed'],
      ['failed', 'active'],
    ] as const) {
      alerts.flip('db', from, to, WEB);
      await alerts.pass(1);
    }
    await alerts.pass(1300);
    alerts.flip('db', 'inactive', 'failed', WEB);
    await alerts.pass(1300);
    expect(alerts.told('web')).to.have.length(3);
    alerts.flip('other', 'inactive', 'failed', WEB);
    await alerts.pass(1);
    await alerts.replace({ ...TEAMS, web: { match: [{ labels: { team: ['none'] } }] } });
    expect(closed()).to.deep.equal(['web other']);
    await alerts.pass(3600);
    expect(closed()).to.deep.equal(['web other', 'web db']);
  });

  it('is not closed if a reload routes it back before the notice is sent', async () => {
    let answer = (): void => undefined;
    const busy = ({ type }: { readonly type: string }) =>
      type === 'test' ? new Promise<void>((resolve) => (answer = resolve)) : Promise.resolve();
    const web = { ...TEAMS.web, answer: busy, concurrency: 1, attemptTimeout: 100_000 };
    const away = { ...web, match: [{ labels: { team: ['none'] } }] };
    for (const names of [['a'], ['a', 'b']]) {
      await start({ channels: { web } });
      for (const name of names) alerts.flip(name, 'inactive', 'failed', WEB);
      await alerts.pass(1);
      await alerts.test('web');
      await alerts.replace({ web: away });
      await alerts.replace({ web });
      answer();
      await alerts.pass(10);
      // A group message is not closed.
      expect(closed()).to.deep.equal(names.length === 1 ? [] : ['web a,b']);
      expect(alerts.notifier.inspect()).to.include({ open: 0 });
      if (names.length === 1) await alerts.stop();
    }
  });

  it('is closed through the channel that was notified, if another has the same receiver', async () => {
    const one = { receiver: 'one' };
    const none = { match: [{ labels: { team: ['none'] } }] };
    await start({ channels: { duty: { ...one, ...none }, web: { ...TEAMS.web, ...one } } });
    alerts.flip('db', 'inactive', 'failed', WEB);
    await alerts.pass(1);
    await alerts.replace({ duty: { ...one, ...none }, web: { ...one, ...none } });
    expect(closed()).to.deep.equal(['web db']);
  });

  it('is ended at a channel whose receiver was reminded through another channel', async () => {
    const labels = { team: 'any' };
    const two = { receiver: 'two', remembers: true };
    await start({
      channels: { web: { remembers: true }, duty: two, data: two },
      remindEvery: 600_000,
    });
    const since = alerts.clock.wall();
    const through = (...channels: readonly string[]) => ({ labels, channels });
    alerts.flip('db', 'inactive', 'failed', through('web'));
    await alerts.pass(1);
    await alerts.reroute('db', since, through('web'), through('duty', 'data'));
    await alerts.reroute('db', since, through('duty', 'data'), through('duty'));
    await alerts.pass(600);
    expect(alerts.told('duty')).to.deep.equal(['node.failed db']);
    await alerts.reroute('db', since, through('duty'), through('data'));
    alerts.flip('db', 'failed', 'active', through('data'));
    await alerts.pass(1);
    expect(alerts.told('data')).to.deep.equal(['node.recovered db']);
  });
});
