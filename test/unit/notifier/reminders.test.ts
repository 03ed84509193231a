import { expect } from 'chai';
import { FailedNodes } from '../../../actors/notifier/rules/failed-nodes.js';
import { OpenAlerts } from '../../../actors/notifier/outbox/open-alerts.js';
import { REMINDED, Reminders } from '../../../actors/notifier/rules/reminders.js';
import { AlertIds } from '../../../src/domain/alert-id.js';
import type { AlertRecord } from '../../../src/domain/alert.js';
import { instant, moment } from '../../../src/domain/time.js';
import { node } from '../../support/simulated-app.js';

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

  it('make one message a step, of whoever is still failed then', () => {
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
