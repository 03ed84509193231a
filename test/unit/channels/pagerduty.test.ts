import { expect } from 'chai';
import { eventsOf } from '../../../src/adapters/channels/pagerduty/events.js';
import { pagerduty } from '../../../src/adapters/channels/pagerduty/pagerduty.js';
import { behave, HookServer } from '../../support/hook-server.js';
import { bodyOf, keepsItsPromises, type Demands } from './provider.js';
import { attempt, FAILED, group, MASS_FAILURE, RECOVERED, refusal, secret, TEST, tools } from './support.js';

const KEY = 'hush0123456789abcdef0123456789ab';

/** https://developer.pagerduty.com/docs/send-alert-event */
const demands: Demands = ({ path, body: text }, body) => {
  expect(path).to.equal('/v2/enqueue');
  expect(Buffer.byteLength(text)).to.be.at.most(512 * 1024);
  expect(body['routing_key']).to.equal(KEY);
  expect(body['dedup_key']).to.be.a('string').with.length.within(1, 255);
  expect(body['event_action']).to.be.oneOf(['trigger', 'resolve']);
  if (body['event_action'] === 'resolve') return;
  const payload = body['payload'] as Record<string, unknown>;
  expect(payload['summary']).to.be.a('string').with.length.within(1, 1024);
  expect(payload['source']).to.be.a('string').and.not.equal('');
  expect(payload['severity']).to.be.oneOf(['critical', 'error', 'warning', 'info']);
  expect(payload['timestamp']).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
};

describe('a PagerDuty channel', () => {
  const make = (url: string) =>
    pagerduty.create({}, { routing_key: secret(KEY), url: secret(`${url}/v2/enqueue`) }, tools());

  keepsItsPromises(make, demands, [KEY]);

  it('triggers under a key of the node, and its recovery resolves that one', () => {
    const [failed] = eventsOf(FAILED);
    const [recovered] = eventsOf(RECOVERED);
    expect(failed).to.deep.equal({
      event_action: 'trigger',
      dedup_key: 'heartbeat:node:node1',
      client: 'Heartbeat',
      payload: {
        summary: FAILED.message,
        source: 'node1',
        severity: 'critical',
        timestamp: '2026-11-22T03:33:45.000Z',
        class: 'node.failed',
        custom_details: { alert_id: FAILED.id, message: FAILED.message, blind_seconds: 0, ...FAILED.node },
      },
    });
    expect(recovered).to.deep.equal({ event_action: 'resolve', dedup_key: 'heartbeat:node:node1' });
  });

  it('resolves what a node has left open that is deleted', () => {
    const deleted = { ...FAILED, type: 'node.deleted' as const };
    const resolved = [{ event_action: 'resolve', dedup_key: 'heartbeat:node:node1' }];
    expect(eventsOf(deleted)).to.deep.equal(resolved);
    const { node: _, ...group } = FAILED;
    const nodes = [{ name: 'node1', state: 'active' as const, at: 1, labels: {}, deleted: true as const }];
    expect(eventsOf({ ...group, nodes })).to.deep.equal(resolved);
    const failed = [{ name: 'node1', state: 'failed' as const, at: 1, labels: {} }];
    expect(eventsOf({ ...group, type: 'channel.closed', nodes: failed })).to.deep.equal(resolved);
    expect(eventsOf({ ...FAILED, type: 'channel.closed' })).to.deep.equal(resolved);
  });

  it('keeps the keys of nodes apart that are too long for one', () => {
    const keyOf = (name: string) =>
      eventsOf({ ...FAILED, node: { ...FAILED.node!, name } })[0]?.dedup_key ?? '';
    const [one, other] = ['a', 'b'].map((last) => keyOf('x'.repeat(254) + last));
    expect(one).to.have.length.at.most(255);
    expect(one).to.not.equal(other);
    expect(keyOf('node1')).to.not.equal(keyOf('node2'));
  });

  it('is as severe as a label of the node says', () => {
    const severityOf = (severity: string) =>
      eventsOf({ ...FAILED, node: { ...FAILED.node!, labels: { severity } } })[0]?.payload?.['severity'];
    expect(severityOf('warning')).to.equal('warning');
    expect(severityOf('whatever')).to.equal('critical');
  });

  it('has an incident of its own for what concerns no node', () => {
    expect(eventsOf(MASS_FAILURE)[0]).to.include({ dedup_key: `heartbeat:mass_failure:${MASS_FAILURE.id}` });
    expect(eventsOf(TEST)[0]?.payload).to.include({ severity: 'info', source: 'heartbeat' });
  });

  it('sends an event for each node that a message stands for, and goes on where it was interrupted', async () => {
    const server = await HookServer.start();
    const notifier = make(server.url.replace('/hook', ''));
    let left = 7;
    server.behaviour = (response) => response.writeHead(left-- > 0 ? 202 : 429).end('{}');
    const many = group(20);
    expect(await refusal(notifier, many)).to.have.property('permanent', false);
    server.behaviour = behave.status(202);
    await notifier.notify(many, attempt());
    const taken = server.requests.map((request) => bodyOf(request)['dedup_key']);
    const expected = Array.from({ length: 20 }, (_, index) => `heartbeat:node:n${String(index)}`);
    expect(new Set(taken)).to.deep.equal(new Set(expected));
    expect(taken, 'only what was refused is sent again').to.have.length(21);
    const actions = server.requests.map((request) => bodyOf(request)['event_action']);
    expect(actions.filter((action) => action === 'resolve')).to.have.length(7);
    await notifier.close();
    await server.stop();
  });
});
