import { expect } from 'chai';
import { FailedNodes, type FailedNode } from '../../../actors/notifier/rules/failed-nodes.js';
import { OpenAlerts } from '../../../actors/notifier/outbox/open-alerts.js';
import { REMINDED, Reminders } from '../../../actors/notifier/rules/reminders.js';
import type { Route } from '../../../actors/notifier/rules/routing.js';
import { AlertIds } from '../../../src/domain/alert-id.js';
import type { AlertRecord } from '../../../src/domain/alert.js';
import { instant, moment } from '../../../src/domain/time.js';
import { alertAt, delivery, recordAt } from '../../support/alert-records.js';
import { node } from '../../support/ids.js';

const EVERY = 3_600_000;
const NODES = 100_000;

describe('reminders of very many nodes that are due at once', () => {
  const now = moment(1_000_000);
  const wall = instant(1_700_000_000_000);
  const later = moment(now + EVERY);
  const wallLater = instant(wall + EVERY);

  function failed(
    count: number,
    names: readonly string[] = ['ops'],
  ): { failedNodes: FailedNodes; reminders: Reminders } {
    const failedNodes = new FailedNodes();
    const channels = names.map((name) => ({ name, events: ['node.failed' as const] }));
    const reminders = new Reminders(
      { channels, remindEvery: EVERY },
      {
        open: new OpenAlerts(),
        failed: failedNodes,
        ids: new AlertIds(() => 0.5),
        inhibition: { isInhibited: () => false },
        silencing: { isSilenced: () => false },
      },
    );
    for (let n = 0; n < count; n++) {
      const facts = {
        name: node(`n${n}`),
        state: 'failed' as const,
        retries: 0,
        maxRetries: 0,
        timeout: 1000,
        labels: {},
        lastHeartbeat: undefined,
        channels: undefined,
      };
      const one = { facts, since: wall, failedAt: now, isQuiet: false, isNotified: true, cause: undefined };
      failedNodes.put(one);
      reminders.watch(one, now);
    }
    return { failedNodes, reminders };
  }

  it('are looked at in steps, and are one message all the same', () => {
    const { reminders } = failed(NODES);
    const records: AlertRecord[] = [];
    let steps = 0;
    do {
      records.push(...reminders.due(later, wallLater));
      steps++;
      expect(records.length === 0 || !reminders.isUnderWay).to.equal(true);
    } while (reminders.isUnderWay);
    expect(steps).to.be.within(NODES / REMINDED, NODES / REMINDED + 1);
    expect(records.map(({ alert }) => alert.group?.nodes.length)).to.deep.equal([NODES]);
    expect(reminders.nextAt).to.equal(later + EVERY);
  });

  it('keep nothing of nodes that have recovered, long before they would be due', () => {
    const { reminders } = failed(10_000);
    for (let n = 1; n < 10_000; n++) reminders.forget(node(`n${n}`));
    expect(reminders.size).to.be.at.most(102);
    expect(reminders.nextAt).to.equal(later);
  });

  it('leave out nodes that recovered between two steps', () => {
    const { reminders, failedNodes } = failed(REMINDED + 1);
    expect(reminders.due(later, wallLater)).to.deep.equal([]);
    failedNodes.delete(node('n0'));
    const [record] = reminders.due(later, wallLater);
    expect(record?.alert.group?.nodes).to.have.length(REMINDED);
  });

  it('make one message a step, of the nodes still failed then', () => {
    const channels = ['ops', 'chat', 'mail'];
    const { reminders, failedNodes } = failed(2 * REMINDED, channels);
    const steps: (readonly AlertRecord[])[] = [];
    do {
      steps.push(reminders.due(later, wallLater));
      failedNodes.delete(node(`n${steps.length}`));
    } while (reminders.isUnderWay);
    const made = steps.map((records) =>
      records.map(({ alert, deliveries }) => [
        ...deliveries.map(({ channel }) => channel),
        alert.group?.nodes.length,
      ]),
    );
    const all = 2 * REMINDED;
    expect(made).to.deep.equal([[], [], [['ops', all - 2]], [['chat', all - 3]], [['mail', all - 4]]]);
  });

  it('are all told where all are looked at in one step', () => {
    const { reminders } = failed(2, ['ops', 'chat']);
    const records = reminders.due(later, wallLater);
    expect(records.map(({ alert }) => alert.group?.nodes.length)).to.deep.equal([2, 2]);
    expect(reminders.isUnderWay).to.equal(false);
  });
});

describe('reminders of a few nodes', () => {
  const wall = instant(1_700_000_000_000);
  const OFTEN = 1_000_000;

  /** Nodes that failed at these moments, with the parts of a reminder. */
  function play(failedAt: Readonly<Record<string, number>>, options: Partial<Route> = {}) {
    const failedNodes = new FailedNodes();
    const open = new OpenAlerts();
    const inhibited = new Set<string>();
    const route = { name: 'ops', events: ['node.failed' as const], ...options };
    const reminders = new Reminders(
      { channels: [route], remindEvery: OFTEN },
      {
        open,
        failed: failedNodes,
        ids: new AlertIds(() => 0.5),
        inhibition: { isInhibited: ({ cause }) => cause !== undefined && inhibited.has(cause) },
        silencing: { isSilenced: () => false },
      },
    );
    const fail = (name: string, at: number, more: Partial<FailedNode> = {}): void => {
      const facts = { ...alertAt(1).node!, name: node(name) };
      const since = instant(wall + at);
      const failed = {
        facts,
        since,
        failedAt: moment(at),
        isQuiet: false,
        isNotified: true,
        cause: undefined,
      };
      failedNodes.put({ ...failed, ...more });
    };
    for (const [name, at] of Object.entries(failedAt)) {
      fail(name, at);
      reminders.watch(failedNodes.get(node(name))!, moment(at));
    }
    const due = (now: number) =>
      reminders
        .due(moment(now), instant(wall + now))
        .map(({ alert: { node: one, group, reminder } }) =>
          [reminder, ...(one === undefined ? (group?.nodes ?? []) : [one]).map(({ name }) => name)].join(' '),
        );
    return { reminders, failedNodes, fail, due, inhibited, open };
  }

  it('are due at each whole interval after the failure, and no sooner', () => {
    const { reminders, due } = play({ a: 5 });
    expect(reminders.nextAt).to.equal(OFTEN + 5);
    expect(due(OFTEN + 4)).to.deep.equal([]);
    expect(reminders.isUnderWay).to.equal(false);
    expect(due(OFTEN + 5)).to.deep.equal(['1 a']);
    expect(reminders.nextAt).to.equal(2 * OFTEN + 5);
    expect(due(2 * OFTEN + 5)).to.deep.equal(['2 a']);
  });

  it('continue at the next whole interval after a restart', () => {
    const { reminders, failedNodes } = play({ a: 0 });
    const first = failedNodes.get(node('a'))!;
    reminders.forget(node('a'));
    reminders.watch(first, moment(2 * OFTEN - 1));
    reminders.watch(first, moment(2 * OFTEN));
    // The first of the two is no longer valid.
    expect(reminders.due(moment(2 * OFTEN), wall)).to.deep.equal([]);
    expect(reminders.nextAt).to.equal(3 * OFTEN);
  });

  it('name together those that are due within a minute', () => {
    const { due, reminders } = play({ a: 60_000, b: 0, c: 60_001 });
    expect(due(OFTEN)).to.deep.equal(['1 b a']);
    expect(reminders.nextAt).to.equal(OFTEN + 60_001);
    expect(due(OFTEN + 60_001)).to.deep.equal(['1 c']);
  });

  it('leave out those that are acknowledged, inhibited or no longer failed', () => {
    const { due, fail, failedNodes, inhibited } = play({ a: 0, b: 0, c: 0, d: 0, e: 0 });
    fail('b', 0, { isQuiet: true });
    fail('c', 0, { cause: node('router') });
    fail('e', 0, { cause: node('switch') });
    failedNodes.delete(node('d'));
    inhibited.add('router');
    expect(due(OFTEN)).to.deep.equal(['1 a e']);
  });

  it('wait for the first notification of the channel, and then an interval more', () => {
    const late = play({ a: 0 }, { after: 300_000 });
    expect(late.due(OFTEN)).to.deep.equal([]);
    expect(late.due(2 * OFTEN)).to.deep.equal(['2 a']);
    const soon = play({ a: 0 }, { after: 60_000 });
    expect(soon.due(OFTEN), 'within a minute').to.deep.equal(['1 a']);
    const { due, open } = play({ node1: 0 });
    open.put(recordAt(1, 'pending'), moment(0));
    open.put({ alert: alertAt(2), deliveries: [delivery('pending')] }, moment(0));
    expect(due(OFTEN), 'something is pending').to.deep.equal([]);
  });

  it('wait for a group that names the node, and is the first notification of its channel', () => {
    const { due, open } = play({ a: 0, b: 0 });
    const member = { name: node('a'), state: 'failed' as const, at: wall, labels: {} };
    const group = alertAt(1, { node: undefined, group: { nodes: [member], alertIds: [] } });
    open.put({ alert: group, deliveries: [delivery('pending')] }, moment(0));
    expect(due(OFTEN)).to.deep.equal(['1 b']);
    open.put({ alert: group, deliveries: [delivery('delivered')] }, moment(0));
    expect(due(2 * OFTEN)).to.deep.equal(['2 a b']);
  });

  it('leave out a node that failed anew while very many were looked at', () => {
    const names = Array.from({ length: REMINDED + 2 }, (_, index) => `n${String(index)}`);
    const { due, fail } = play(Object.fromEntries(names.map((name) => [name, 0])));
    expect(due(OFTEN)).to.deep.equal([]);
    fail('n0', OFTEN - 1);
    fail('n1', 0, { isQuiet: true });
    const [line] = due(OFTEN);
    expect(line?.split(' ')).to.have.length(REMINDED + 1);
  });

  it('say nothing when all have recovered while they were looked at', () => {
    const names = Array.from({ length: REMINDED + 1 }, (_, index) => `n${String(index)}`);
    const { due, failedNodes, reminders } = play(Object.fromEntries(names.map((name) => [name, 0])));
    expect(due(OFTEN)).to.deep.equal([]);
    for (const name of names) failedNodes.delete(node(name));
    expect(due(OFTEN)).to.deep.equal([]);
    expect(reminders.isUnderWay).to.equal(false);
  });
});
