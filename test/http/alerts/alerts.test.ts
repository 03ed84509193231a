import { expect } from 'chai';
import { MemoryAlerts } from '../../../src/adapters/memory/memory-alerts.js';
import type { NotifierCommand } from '../../../actors/notifier/notifier.protocol.js';
import { instant } from '../../../src/domain/time.js';
import { alertAt, alertId, delivery, recordAt } from '../../support/alert-records.js';
import { nodeName } from '../../support/simulated-alerts.js';
import { starting, type GatewayUnderTest } from '../support/gateway-under-test.js';

describe('alerts over HTTP', () => {
  const start = starting(true);
  const stored = new MemoryAlerts();
  const commands: NotifierCommand[] = [];
  let served: GatewayUnderTest;

  beforeEach(async () => {
    served = await start();
    commands.length = 0;
    served.daemon.alerts = {
      channels: ['ops'],
      list: (range) => stored.within(range),
      preview: async (channel) =>
        channel === 'ops'
          ? { kind: 'webhook', previews: [{ alert: 'test', sent: [{ type: 'test' }, 'a text'] }] }
          : undefined,
      command: (command) => {
        commands.push(command);
        if (command.kind === 'test' && command.channel === 'ops')
          command.answered({ kind: 'accepted', id: alertId(9000) });
        else if (command.kind === 'test')
          command.answered({ kind: 'refused', code: 'HEARTBEAT_NO_SUCH_CHANNEL' });
        else if (command.id === alertId(3000)) command.answered({ kind: 'accepted', id: command.id });
        else command.answered({ kind: 'refused', code: 'HEARTBEAT_NOT_DEAD' });
      },
    };
  });

  before(() => {
    stored.put(recordAt(1000, 'delivered'));
    stored.put(recordAt(2000, 'delivered', 'pending'));
    stored.put({
      alert: alertAt(3000, { blind: 1500 }),
      deliveries: [
        delivery('dead', { attempts: 4, lastAttempt: instant(2_500), lastError: 'answered 404' }),
        delivery('held', { channel: 'chat', hold: 'flapping', folds: { count: 2, ids: [alertId(1)] } }),
      ],
    });
    stored.put({
      alert: alertAt(4000, {
        node: undefined,
        group: {
          nodes: [{ name: nodeName('é'), state: 'failed', at: instant(1), labels: {} }],
          alertIds: [alertId(1), alertId(2)],
        },
      }),
      deliveries: [delivery('pending')],
    });
    stored.put({
      alert: alertAt(5000, {
        type: 'mass_failure',
        node: undefined,
        mass: { count: 30, sample: [nodeName('a')] },
      }),
      deliveries: [],
    });
  });

  const list = async (query = '') => {
    const { json, status } = await served.call('GET', `/alerts${query}`);
    const { alerts = [], next_cursor } = json as {
      alerts?: readonly { readonly at_ms: number }[];
      next_cursor: string | null;
    };
    return { status, found: alerts.map(({ at_ms }) => at_ms), next: next_cursor, alerts };
  };

  it('are listed by node, by type and by channel', async () => {
    expect((await list('?node=a')).found).to.deep.equal([5000]);
    expect((await list('?node=%C3%A9')).found).to.deep.equal([4000]);
    expect((await list('?type=mass_failure')).found).to.deep.equal([5000]);
    expect((await list('?channel=chat')).found).to.deep.equal([3000]);
    expect((await list('?channel=chat&state=held')).found).to.deep.equal([3000]);
    expect((await list('?channel=chat&state=dead')).found).to.deep.equal([]);
    expect((await list('?node=a&type=node.failed')).found).to.deep.equal([]);
    for (const wrong of ['?node=', '?node=..', '?type=failed'])
      expect((await list(wrong)).status).to.equal(400);
  });

  it('are looked at 10,000 a page, and a page ends where its texts are long', async () => {
    const many = new MemoryAlerts();
    for (let at = 1; at <= 10_050; at++) many.put(recordAt(at, 'delivered'));
    served.daemon.alerts = { ...served.daemon.alerts, list: (range) => many.within(range) };
    const first = await list('?type=test');
    expect(first.found).to.deep.equal([]);
    expect(first.next).to.equal(alertId(51));
    expect((await list(`?type=test&cursor=${first.next ?? ''}`)).next).to.equal(null);

    const long = new MemoryAlerts();
    const reason = 'x'.repeat(10_000);
    for (let at = 1; at <= 300; at++) long.put({ alert: alertAt(at, { reason }), deliveries: [] });
    served.daemon.alerts = { ...served.daemon.alerts, list: (range) => long.within(range) };
    const found: number[] = [];
    let cursor = '';
    let pages = 0;
    do {
      const page = await list(`?limit=1000${cursor}`);
      found.push(...page.found);
      cursor = page.next === null ? '' : `&cursor=${page.next}`;
      pages++;
    } while (cursor !== '');
    expect(found).to.have.length(300);
    expect(pages).to.equal(3);
  });

  it('are listed newest first, with their state for each channel, its attempts and the last error', async () => {
    const { alerts, next } = await list();
    expect(next).to.equal(null);
    expect(alerts).to.have.length(5);
    expect(alerts[2]).to.deep.equal({
      id: alertId(3000),
      type: 'node.failed',
      at: 3,
      at_ms: 3000,
      node: 'node1',
      blind_seconds: 1.5,
      message: "Node 'node1' has failed: no heartbeat for 2 min.",
      channels: {
        ops: { state: 'dead', attempts: 4, last_attempt: 2, last_error: 'answered 404' },
        chat: {
          state: 'held',
          held_for: 'flapping',
          attempts: 0,
          last_attempt: null,
          last_error: null,
          folded: 2,
          alert_ids: [alertId(1)],
        },
      },
    });
    expect(alerts[1]).to.deep.include({ node: null, nodes: ['é'], alert_ids: [alertId(1), alertId(2)] });
    expect(alerts[0]).to.deep.include({ type: 'mass_failure', count: 30, sample: ['a'], channels: {} });
  });

  it('are found by their states', async () => {
    expect((await list('?state=dead')).found).to.deep.equal([3000]);
    expect((await list('?state=pending,held')).found).to.deep.equal([4000, 3000, 2000]);
    expect((await list('?state=pending%2Cheld,held')).found).to.deep.equal([4000, 3000, 2000]);
    expect((await list('?state=folded')).found).to.deep.equal([]);
  });

  it('come in pages', async () => {
    const first = await list('?limit=2&state=pending,delivered');
    expect(first.found).to.deep.equal([4000, 2000]);
    const second = await list(`?limit=2&state=pending,delivered&cursor=${String(first.next)}`);
    expect(second).to.deep.include({ found: [1000], next: null });
  });

  it('are refused for a query of unknown values', async () => {
    for (const query of [
      '?state=',
      '?state=lost',
      '?state=dead,lost',
      '?cursor=x',
      '?limit=0',
      '?order=asc',
      '?limit=1&limit=1',
    ]) {
      const { status, json } = await served.call('GET', `/alerts${query}`);
      expect(status, query).to.equal(400);
      expect(json, query).to.have.property('code', 'HEARTBEAT_INVALID_QUERY');
    }
    expect((await served.call('DELETE', '/alerts')).status).to.equal(405);
    expect((await served.call('GET', `/alerts/${alertId(1)}/redeliver`)).status).to.equal(405);
  });

  it('are delivered again on request, if they are dead letters', async () => {
    const { status, json } = await served.call('POST', `/alerts/${alertId(3000)}/redeliver`);
    expect({ status, json }).to.deep.equal({ status: 202, json: { id: alertId(3000) } });
    expect(await served.call('POST', `/alerts/${alertId(1000)}/redeliver`)).to.include({ status: 409 });
    const unknown = await served.call('POST', '/alerts/nonsense/redeliver');
    expect(unknown).to.include({ status: 404 });
    expect(unknown.json).to.deep.equal({ error: 'no such alert', code: 'HEARTBEAT_NO_SUCH_ALERT' });
    expect(commands).to.have.length(2);
    const headers = { 'if-match': '"a"' };
    await served.call('POST', `/alerts/${alertId(3000)}/redeliver`, { headers });
    const asked = commands.flatMap((command) => (command.kind === 'redeliver' ? [command.failsByTag] : []));
    expect(asked).to.deep.equal([false, false, true]);
  });

  it('have channels that can be tested', async () => {
    const { status, json } = await served.call('POST', '/channels/ops/test');
    expect({ status, json }).to.deep.equal({ status: 202, json: { id: alertId(9000) } });
    expect(await served.call('POST', '/channels/nope/test')).to.include({ status: 404 });
  });

  it('have channels whose messages are shown as texts', async () => {
    const { status, json } = await served.call('GET', '/channels/ops/preview');
    const previews = [{ alert: 'test', sent: ['{\n  "type": "test"\n}', 'a text'] }];
    expect({ status, json }).to.deep.equal({
      status: 200,
      json: { channel: 'ops', kind: 'webhook', previews },
    });
    expect(await served.call('GET', '/channels/nope/preview')).to.include({ status: 404 });
  });
});
