import { expect } from 'chai';
import { FailedNodes } from '../../../actors/notifier/rules/failed-nodes.js';
import { Escalation } from '../../../actors/notifier/rules/escalation.js';
import { UnnotifiedChannels } from '../../../actors/notifier/rules/unnotified-channels.js';
import { OpenAlerts } from '../../../actors/notifier/outbox/open-alerts.js';
import { AlertIds } from '../../../src/domain/alert-id.js';
import type { AlertRecord, AlertType, Delivery, GroupedNode } from '../../../src/domain/alert.js';
import type { NodeState } from '../../../src/domain/node.js';
import { instant, moment } from '../../../src/domain/time.js';
import type { ChannelPolicy } from '../../../src/ports/channel.js';
import { alertAt, delivery } from '../../support/alert-records.js';
import { nodeName } from '../../support/simulated-alerts.js';

const WALL = instant(1_000_000);
const AFTER = 900_000;

const boss = { channel: 'boss' };

function grouped(name: string, more: Partial<GroupedNode> = {}): GroupedNode {
  return { name: nodeName(name), state: 'failed', at: instant(1000), labels: {}, ...more };
}

/** A due group, and all that its nodes have done since. */
class Play {
  readonly open = new OpenAlerts();
  readonly failed = new FailedNodes();
  readonly unnotified = new UnnotifiedChannels();
  readonly #escalation: Escalation;
  #raised = 2000;

  constructor(route: Pick<Partial<ChannelPolicy>, 'events' | 'after'> = {}) {
    const events = ['node.failed', 'node.recovered', 'node.deleted'] as const;
    const { open, failed, unnotified } = this;
    const ids = new AlertIds(() => 0);
    const routes = [{ name: 'boss', events, after: AFTER, ...route }];
    this.#escalation = new Escalation(routes, { open, failed, ids, unnotified, silencing: { of: () => [] } });
  }

  fail(name: string, isQuiet: boolean): void {
    const facts = { ...alertAt(1000).node!, name: nodeName(name) };
    const failedAt = moment(0);
    const status = { since: instant(1000), failedAt, isQuiet, isNotified: true, cause: undefined };
    this.failed.put({ facts, ...status });
  }

  /** An alert that waits behind the group. */
  raise(name: string, type: AlertType, state: NodeState, more: Partial<Delivery> = {}): AlertRecord {
    const at = (this.#raised += 1000);
    const node = { ...alertAt(at).node!, name: nodeName(name), state };
    const record = {
      alert: alertAt(at, { type, node }),
      deliveries: [delivery('pending', { ...boss, ...more })],
    };
    this.open.put(record, moment(0));
    return record;
  }

  /** @returns the remaining nodes, undefined if the group is unchanged; and the types and states of other changes */
  release(nodes: readonly GroupedNode[], to: Delivery = delivery('pending', boss)) {
    const group = { nodes, alertIds: [] };
    const record: AlertRecord = { alert: alertAt(1500, { node: undefined, group }), deliveries: [to] };
    this.open.put(record, moment(0));
    const changes = this.#escalation.rebuiltGroup(record, 'boss', WALL);
    const rebuilt = changes.find(({ alert }) => alert.id === record.alert.id);
    return {
      rebuilt: rebuilt?.alert.group?.nodes.map(({ name, state }) => `${name} ${state}`),
      type: rebuilt?.alert.type,
      state: rebuilt?.deliveries[0]?.state,
      others: changes
        .filter((change) => change !== rebuilt)
        .map(({ alert, deliveries: [only] }) => `${alert.type} ${only?.hold ?? only?.state ?? ''}`),
    };
  }
}

const UNCHANGED = { rebuilt: undefined, type: undefined, state: undefined, others: [] };

describe('a group for a channel that is notified late', () => {
  it('stays as it is while all its nodes are failed', () => {
    const play = new Play();
    for (const name of ['a', 'b']) play.fail(name, false);
    expect(play.release([grouped('a'), grouped('b')])).to.deep.equal(UNCHANGED);
    expect(play.unnotified.takeChanges()).to.deep.equal([]);
  });

  it('names those that are still failed, and cancels the recoveries of the others', () => {
    const play = new Play();
    play.fail('a', false);
    play.raise('b', 'node.recovered', 'active');
    expect(play.release([grouped('a'), grouped('b')])).to.deep.equal({
      rebuilt: ['a failed'],
      type: 'node.failed',
      state: 'pending',
      others: ['node.recovered cancelled'],
    });
    expect(play.unnotified.takeChanges()).to.deep.equal([]);
  });

  it('is cancelled if nothing is left of it', () => {
    const play = new Play();
    play.raise('a', 'node.recovered', 'active');
    expect(play.release([grouped('a')])).to.deep.include({
      state: 'cancelled',
      others: ['node.recovered cancelled'],
    });
  });

  for (const [type, others] of [
    ['node.recovered', 'its recovery'],
    ['node.deleted', 'its deletion'],
  ] as const) {
    it(`leaves ${others} alone once an attempt at it has begun`, () => {
      const play = new Play();
      play.raise('a', type, 'active', { attempts: 1 });
      expect(play.release([grouped('a')]).others).to.deep.equal([]);
    });
  }

  it('leaves the last failure of a node alone that failed again and is acknowledged', () => {
    const play = new Play();
    play.fail('a', true);
    play.raise('a', 'node.recovered', 'active');
    play.raise('a', 'node.failed', 'failed', { state: 'held', hold: 'acknowledged' });
    expect(play.release([grouped('a')])).to.deep.include({
      state: 'cancelled',
      others: ['node.recovered cancelled'],
    });
  });

  it('takes out an acknowledged failure, which is held by itself', () => {
    const play = new Play();
    play.fail('a', false);
    play.fail('b', true);
    const released = play.release([grouped('a'), grouped('b')]);
    expect(released).to.deep.include({ rebuilt: ['a failed'], others: ['node.failed acknowledged'] });
  });

  it('leaves the end of an earlier failure to a later one, if the channel was notified of that', () => {
    const play = new Play();
    play.fail('a', true);
    play.raise('a', 'node.recovered', 'active');
    expect(play.release([grouped('a', { wasNotified: true })])).to.deep.include({
      state: 'cancelled',
      others: [],
    });
  });

  it('leaves a deletion to its own alert, if the channel was notified of an earlier failure', () => {
    const play = new Play();
    play.raise('a', 'node.deleted', 'failed');
    expect(play.release([grouped('a', { wasNotified: true })])).to.deep.include({
      state: 'cancelled',
      others: [],
    });
    const other = new Play();
    other.raise('a', 'node.deleted', 'failed');
    expect(other.release([grouped('a')]).others, 'not notified').to.deep.equal(['node.deleted cancelled']);
  });

  it('says that a node is back, if the channel was notified of an earlier failure', () => {
    const play = new Play();
    play.raise('a', 'node.recovered', 'active');
    expect(play.release([grouped('a', { wasNotified: true })])).to.deep.include({
      rebuilt: ['a active'],
      type: 'node.recovered',
      others: ['node.recovered cancelled'],
    });
  });

  it('leaves a node out that recovered while it was paused', () => {
    const play = new Play();
    const nodes = [grouped('a'), grouped('b', { wasNotified: true })];
    expect(play.release(nodes)).to.deep.include({ state: 'cancelled', others: [] });
    expect(play.unnotified.takeChanges(), 'of the end of b it is notified').to.deep.equal([
      { node: 'a', channels: ['boss'] },
    ]);
  });

  it('remembers nothing of such a node for a channel that gets no recoveries', () => {
    const play = new Play({ events: ['node.failed'] });
    play.release([grouped('a')]);
    expect(play.unnotified.takeChanges()).to.deep.equal([]);
  });

  it('leaves out a node whose failure was closed here', () => {
    const play = new Play();
    play.fail('a', false);
    play.raise('a', 'channel.closed', 'failed');
    expect(play.release([grouped('a')])).to.deep.include({
      state: 'cancelled',
      others: ['channel.closed cancelled'],
    });
  });

  it('does not change for a channel without a delay, or after its first attempt, or once it is over', () => {
    expect(new Play({ after: 0 }).release([grouped('a')])).to.deep.equal(UNCHANGED);
    for (const state of ['cancelled', 'delivered', 'dead'] as const)
      expect(new Play().release([grouped('a')], delivery(state, boss)), state).to.deep.equal(UNCHANGED);
    expect(new Play().release([grouped('a')], delivery('pending', { ...boss, attempts: 1 }))).to.deep.equal(
      UNCHANGED,
    );
    const single: AlertRecord = { alert: alertAt(1), deliveries: [delivery('pending', boss)] };
    const { open, failed, unnotified } = new Play();
    const routes = [{ name: 'boss', events: [], after: AFTER }];
    const escalation = new Escalation(routes, {
      open,
      failed,
      ids: new AlertIds(() => 0),
      unnotified,
      silencing: { of: () => [] },
    });
    expect(escalation.rebuiltGroup(single, 'boss', WALL)).to.deep.equal([]);
    expect(escalation.rebuiltGroup({ ...single, deliveries: [] }, 'boss', WALL)).to.deep.equal([]);
  });
});
