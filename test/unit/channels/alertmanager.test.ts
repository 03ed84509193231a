import { expect } from 'chai';
import { alertsIn } from '../../../src/adapters/channels/alertmanager/alerts.js';
import { alertmanager } from '../../../src/adapters/channels/alertmanager/alertmanager.js';
import { FiringAlerts } from '../../../src/adapters/channels/alertmanager/firing-alerts.js';
import { toMillis, moment } from '../../../src/domain/time.js';
import type { AlertMessage, BaseNotifier, Resending } from '../../../src/ports/channel.js';
import {
  AlertmanagerProcess,
  type Notification,
  type ShownAlert,
} from '../../support/alertmanager-process.js';
import { eventually } from '../../support/eventually.js';
import { behave, HookServer } from '../../support/hook-server.js';
import {
  attempt,
  EVERY_KIND,
  FAILED,
  group,
  MASS_FAILURE,
  RECOVERED,
  refusal,
  secret,
  tools,
} from './support.js';

const MONTH = 30 * 86_400;

/** The alert with the present time, since the real Alertmanager uses the real clock. */
function now(alert: AlertMessage, ago = 0): AlertMessage {
  return { ...alert, at: Math.floor(Date.now() / 1000) - ago };
}

describe('an Alertmanager channel', () => {
  let hook: HookServer;
  let server: AlertmanagerProcess;
  let notifier: BaseNotifier & Partial<Resending>;

  before(async () => {
    hook = await HookServer.start();
    server = await AlertmanagerProcess.start(hook.url);
  });

  beforeEach(() => {
    notifier = make(server.url);
  });

  afterEach(async () => {
    await notifier.close();
    await server.stop();
    await server.run();
    hook.requests.length = 0;
  });

  after(async () => {
    await server.remove();
    await hook.stop();
  });

  function make(
    url: string,
    own: { labels?: Record<string, string>; resend_every?: number } = {},
  ): BaseNotifier & Partial<Resending> {
    const settings = { labels: {}, resend_every: 1, expire_after: MONTH, ...own };
    return alertmanager.create(settings, { url: secret(url) }, tools());
  }

  const told = (): Notification[] => hook.requests.map(({ body }) => JSON.parse(body) as Notification);
  const firing = async (): Promise<string[]> =>
    (await server.alerts()).map(({ labels }) => labels['node'] ?? '').sort();

  it('sends half as many alerts at once if a proxy answers that the request is too large', async () => {
    const narrow = await HookServer.start();
    const taken: { labels: { node: string } }[] = [];
    narrow.behaviour = (response, { body }) => {
      const alerts = JSON.parse(body) as typeof taken;
      if (alerts.length > 100) return response.writeHead(413).end();
      taken.push(...alerts);
      return response.writeHead(200).end();
    };
    const halving = make(narrow.url, { resend_every: 3600 });
    await halving.notify(group(700), attempt());
    expect(taken.map(({ labels }) => labels.node)).to.deep.equal(group(700).nodes?.map(({ name }) => name));
    await halving.close();
    await narrow.stop();
  });

  it('fires while the node has failed, and is resolved when it has recovered', async () => {
    await notifier.notify(now(FAILED, 2), attempt());
    const [alert] = await server.alerts();
    expect(alert?.labels).to.deep.equal({
      alertname: 'HeartbeatNodeFailed',
      node: 'node1',
      severity: 'critical',
      env: 'prod',
    });
    expect(alert?.annotations).to.include({ summary: FAILED.message, alert_id: FAILED.id });
    await eventually(() => expect(told()[0]).to.include({ status: 'firing' }));
    await notifier.notify(now(RECOVERED, 1), attempt());
    await eventually(async () => expect(await firing()).to.deep.equal([]));
    await eventually(() => expect(told().at(-1)).to.include({ status: 'resolved' }));
  });

  it('takes every type of alert', async () => {
    for (const alert of EVERY_KIND) await notifier.notify(now(alert), attempt());
    const names = new Set((await server.alerts()).map(({ labels }) => labels['alertname']));
    expect(names).to.include('HeartbeatNodeFailed').and.include('HeartbeatMassFailure');
  });

  it('resends firing alerts, so that a restart of Alertmanager loses nothing', async () => {
    await notifier.notify(now(FAILED), attempt());
    await server.stop();
    await server.run();
    await eventually(async () => expect(await firing()).to.deep.equal(['node1']));
  });

  it('fires for each node that a message stands for, and resolves those that are back', async () => {
    await notifier.notify(now(FAILED), attempt());
    const many = group(6);
    const nodes = many.nodes!.map((each) => ({ ...each, at: Math.floor(Date.now() / 1000) }));
    await notifier.notify({ ...many, nodes }, attempt());
    expect(await firing()).to.deep.equal(['n1', 'n2', 'n4', 'n5', 'node1']);
  });

  it('resolves an alert about no node by itself', async () => {
    await notifier.notify(now(MASS_FAILURE), attempt());
    const [alert] = await server.alerts();
    const minutes = (Date.parse(alert!.endsAt) - Date.now()) / 60_000;
    expect(alert?.labels).to.include({ alertname: 'HeartbeatMassFailure' });
    expect(minutes, 'its resolve_timeout').to.be.within(4, 6);
  });

  it('resolves alerts under labels that the node no longer has', async () => {
    await notifier.notify(now(FAILED, 2), attempt());
    const moved = { ...RECOVERED, node: { ...RECOVERED.node!, labels: { env: 'test' } } };
    await notifier.notify(now(moved, 1), attempt());
    await eventually(async () => expect(await firing()).to.deep.equal([]));
  });

  const OPEN_FAILURE = {
    name: 'node1',
    labels: { env: 'prod' },
    get at() {
      return Math.floor(Date.now() / 1000) - 60;
    },
  };

  it('gets firing alerts from a restarted daemon, and their end', async () => {
    notifier.resend?.([OPEN_FAILURE]);
    await eventually(async () => expect(await firing()).to.deep.equal(['node1']));
    const [alert] = await server.alerts();
    expect(alert?.labels).to.deep.equal({
      alertname: 'HeartbeatNodeFailed',
      node: 'node1',
      severity: 'critical',
      env: 'prod',
    });
    await server.stop();
    await server.run();
    await eventually(async () => expect(await firing(), 'again and again').to.deep.equal(['node1']));
    await notifier.notify(now(RECOVERED, 1), attempt());
    await eventually(async () => expect(await firing()).to.deep.equal([]));
  });

  it('continues with other settings: firing alerts continue, under their new labels only', async () => {
    await notifier.notify(now(FAILED, 2), attempt());
    const successor = make(server.url, { labels: { team: 'infra' } });
    successor.succeed?.(notifier);
    await notifier.close();
    notifier = successor;
    await server.stop();
    await server.run();
    await eventually(async () => expect(await firing(), 'it was handed over').to.deep.equal(['node1']));
    successor.resend?.([OPEN_FAILURE]);
    await eventually(async () => {
      const alerts = await server.alerts();
      expect(alerts.map(({ labels }) => labels['team'])).to.deep.equal(['infra']);
    });
    await successor.notify(now(RECOVERED, 1), attempt());
    await eventually(async () => expect(await firing()).to.deep.equal([]));
  });

  it('resends, with new settings, alerts that were under way with the old ones', async () => {
    const elsewhere = await HookServer.start();
    let answer = (): unknown => undefined;
    elsewhere.behaviour = (response) => (answer = () => response.writeHead(200).end());
    const before = make(elsewhere.url);
    const telling = before.notify(now(FAILED), attempt());
    await eventually(() => expect(elsewhere.requests).to.have.length(1));
    const successor = make(elsewhere.url);
    successor.succeed?.(before);
    elsewhere.behaviour = behave.status(200);
    answer();
    await telling;
    await before.close();
    await eventually(() => expect(elsewhere.requests).to.have.length.greaterThan(1));
    await successor.close();
    await elsewhere.stop();
  });

  it('sends another Alertmanager nothing about alerts of the previous one', async () => {
    await notifier.notify(now(FAILED, 2), attempt());
    const elsewhere = await HookServer.start();
    const successor = make(elsewhere.url);
    successor.succeed?.(notifier);
    await notifier.close();
    notifier = successor;
    await successor.notify(now({ ...FAILED, node: { ...FAILED.node!, name: 'node2' } }), attempt());
    await eventually(() => expect(elsewhere.requests.length).to.be.at.least(2));
    const posted = elsewhere.requests.flatMap(({ body }) => JSON.parse(body) as readonly ShownAlert[]);
    expect(new Set(posted.map(({ labels }) => labels['node']))).to.deep.equal(new Set(['node2']));
    await elsewhere.stop();
  });

  it('repeats nothing of before once somebody else does', async () => {
    await notifier.close();
    const elsewhere = await HookServer.start();
    notifier = make(elsewhere.url);
    await notifier.notify(now(FAILED, 2), attempt());
    notifier.stopResending?.();
    notifier.resend?.([{ ...OPEN_FAILURE, name: 'node2' }]);
    await eventually(() => expect(elsewhere.requests.length).to.be.at.least(3));
    const posted = elsewhere.requests
      .slice(1)
      .flatMap(({ body }) => JSON.parse(body) as readonly ShownAlert[]);
    expect(new Set(posted.map(({ labels }) => labels['node']))).to.deep.equal(new Set(['node2']));
    await elsewhere.stop();
  });

  it('resolves the alerts of a deleted node', async () => {
    await notifier.notify(now(FAILED, 2), attempt());
    notifier.gone?.('nobody');
    notifier.gone?.('node1');
    await eventually(async () => expect(await firing()).to.deep.equal([]));
  });

  it('resolves the alerts of a node by the alert of its deletion, from every state', async () => {
    await notifier.notify(now(FAILED, 2), attempt());
    await notifier.notify(now({ ...FAILED, type: 'node.deleted', id: 'deleted' }, 1), attempt());
    await eventually(async () => expect(await firing()).to.deep.equal([]));
  });

  it('lets alerts end when it sends nothing more', async () => {
    await notifier.notify(now(FAILED, 2), attempt());
    const { node, ...group } = now(FAILED, 1);
    const nodes = [{ ...node!, at: group.at }];
    await notifier.notify({ ...group, type: 'channel.closed', nodes }, attempt());
    await eventually(async () => expect(await firing()).to.deep.equal([]));
    await notifier.notify(now(FAILED, 2), attempt());
    await eventually(async () => expect(await firing()).to.have.length(1));
    await notifier.notify({ ...now(FAILED, 1), type: 'channel.closed' }, attempt());
    await eventually(async () => expect(await firing()).to.deep.equal([]));
  });

  it('fails when the server refuses it, and when there is no server', async () => {
    const refused = await refusal(make(`${server.url}/elsewhere`));
    expect(refused.message).to.match(/^answered 404/);
    expect(refused.permanent).to.equal(true);
    expect(await refusal(make('http://127.0.0.1:1'))).to.include({
      message: 'cannot reach http://127.0.0.1:1: connection refused',
      permanent: false,
    });
  });

  describe('in its requests', () => {
    const labelsOf = (labels: Record<string, string>, own = {}) =>
      alertsIn({ ...FAILED, node: { ...FAILED.node!, labels } }, own, 0)[0]?.alert.labels;

    it('has labels that Alertmanager takes, and knows the node by its own', () => {
      expect(
        labelsOf({ 'a-b.c': '1', '7': '2', empty: '', node: 'x', alertname: 'x', ü: '3' }),
      ).to.deep.equal({
        a_b_c: '1',
        _7: '2',
        _: '3',
        severity: 'critical',
        node: 'node1',
        alertname: 'HeartbeatNodeFailed',
      });
    });

    it('has the labels of the channel, and a node may overrule them', () => {
      const own = { team: 'ops', severity: 'page' };
      expect(labelsOf({}, own)).to.include(own);
      expect(labelsOf({ severity: 'info', team: 'web' }, own)).to.include({ severity: 'info', team: 'web' });
    });

    it('ends when the next resend is overdue', () => {
      const [fails] = alertsIn(FAILED, {}, FAILED.at + 1000);
      expect(fails?.alert).to.include({
        startsAt: '2026-11-22T03:33:45.000Z',
        endsAt: '2026-11-22T03:50:25.000Z',
      });
      const [back] = alertsIn(RECOVERED, {}, 0);
      expect(back?.alert).to.include({ endsAt: '2026-11-22T03:34:45.000Z' });
    });
  });

  it('resends resolved alerts for five minutes, and firing ones until they are resolved, with a later end each time', () => {
    const firingAlerts = new FiringAlerts();
    const endOf = (after: number) =>
      firingAlerts.all(moment(toMillis(after)), 'later').map(({ endsAt }) => endsAt);
    const tell = (alert: AlertMessage, at: number) => {
      for (const each of alertsIn(alert, {}, FAILED.at + MONTH))
        firingAlerts.sent(each, moment(toMillis(at)), '');
    };
    tell(FAILED, 0);
    expect(endOf(2 * MONTH)).to.deep.equal(['later']);
    tell(RECOVERED, 100);
    expect(endOf(399)).to.deep.equal(['2026-11-22T03:34:45.000Z']);
    expect(endOf(400)).to.deep.equal([]);
    expect(firingAlerts.isEmpty).to.equal(true);
  });
});
