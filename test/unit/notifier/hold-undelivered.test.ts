import { expect } from 'chai';
import { HoldUndelivered } from '../../../actors/notifier/grouping/hold-undelivered.js';
import { OpenAlerts } from '../../../actors/notifier/outbox/open-alerts.js';
import type { Alert, AlertRecord, Delivery } from '../../../src/domain/alert.js';
import { moment } from '../../../src/domain/time.js';
import { alertAt, delivery } from '../../support/alert-records.js';
import { nodeName } from '../../support/simulated-alerts.js';

/** Open alerts when a mass failure begins. */
class Play {
  readonly open = new OpenAlerts();
  /** Channel and node of each message that no longer counts. */
  readonly notSent: string[] = [];
  readonly undelivered: HoldUndelivered;
  #at = 0;

  constructor(step?: number) {
    const notSent = (channel: string, node: string): void => void this.notSent.push(`${channel} ${node}`);
    this.undelivered = new HoldUndelivered(this.open, { notSent }, step);
  }

  raise(name: string, deliveries: readonly Delivery[], more: Partial<Alert> = {}): AlertRecord {
    const at = (this.#at += 1000);
    const alert = alertAt(at, { node: { ...alertAt(at).node!, name: nodeName(name) }, ...more });
    const record = { alert, deliveries };
    this.open.put(record, moment(0));
    return record;
  }

  /** @returns the alerts that the next step holds, with their channels */
  step(): string[] {
    return this.undelivered
      .step()
      .map(({ alert, deliveries }) =>
        [
          alert.node?.name,
          ...deliveries.filter(({ hold }) => hold !== undefined).map(({ channel }) => channel),
        ].join(' '),
      );
  }

  all(): string[] {
    this.undelivered.begin(undefined);
    return this.step();
  }
}

const pending = (more: Partial<Delivery> = {}) => delivery('pending', more);

describe('alerts whose delivery has not begun when a mass failure begins', () => {
  it('are held on the channels where no attempt has begun, and count as messages no more', () => {
    const play = new Play();
    play.raise('a', [pending({ channel: 'ops' }), pending({ channel: 'chat', attempts: 1 })]);
    play.raise('b', [pending({ channel: 'ops', attempts: 1 })]);
    play.raise('c', [delivery('delivered', { channel: 'ops' }), pending({ channel: 'chat' })]);
    expect(play.all()).to.deep.equal(['a ops', 'c chat']);
    expect(play.notSent).to.deep.equal(['ops a', 'chat c']);
  });

  it('are neither reminders, nor delivered to a fallback, nor about what nodes report themselves', () => {
    const play = new Play();
    play.raise('a', [pending()], { reminder: 1 });
    play.raise('b', [pending({ insteadOf: 'chat' })]);
    play.raise('c', [pending()], { type: 'node.reported_failure' });
    play.raise('d', [pending()], { node: undefined });
    play.raise('e', [pending()], { type: 'channel.closed' });
    for (const type of ['node.failed', 'node.inactive', 'node.recovered', 'node.deleted'] as const)
      play.raise(type, [pending()], { type });
    expect(play.all()).to.deep.equal([
      'node.failed ops',
      'node.inactive ops',
      'node.recovered ops',
      'node.deleted ops',
    ]);
  });

  it('are not held before a later alert of the same node that goes out', () => {
    const play = new Play();
    const raised = [
      play.raise('a', [pending()]),
      play.raise('a', [pending({ attempts: 1 })]),
      play.raise('a', [pending()], { type: 'node.recovered' }),
      play.raise('b', [pending()]),
      play.raise('b', [delivery('held', { hold: 'flapping' })]),
    ];
    play.undelivered.begin(undefined);
    const held = play.undelivered.step().map(({ alert }) => alert.id);
    expect(raised.map(({ alert }) => held.includes(alert.id))).to.deep.equal([
      false,
      false,
      true,
      true,
      false,
    ]);
    expect(play.notSent).to.deep.equal(['ops a', 'ops b']);
  });

  it('are those raised before it, a few in each step', () => {
    const play = new Play(2);
    const records = ['a', 'b', 'c', 'd', 'e'].map((name) => play.raise(name, [pending()]));
    expect(play.undelivered.isUnderWay).to.equal(false);
    play.undelivered.begin(records[3]?.alert.id);
    expect(play.undelivered.isUnderWay).to.equal(true);
    expect(play.step()).to.deep.equal(['a ops', 'b ops']);
    expect(play.undelivered.isUnderWay).to.equal(true);
    expect(play.step()).to.deep.equal(['c ops']);
    expect(play.undelivered.isUnderWay).to.equal(false);
    expect(play.step()).to.deep.equal([]);
    play.undelivered.begin(undefined);
    play.undelivered.end();
    expect(play.undelivered.isUnderWay).to.equal(false);
    expect(play.step()).to.deep.equal([]);
  });
});
