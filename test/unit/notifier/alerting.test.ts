import { expect } from 'chai';
import { AlertingRules } from '../../../actors/notifier/rules/alerting.js';
import { DeliveryRules, type Circumstances } from '../../../actors/notifier/rules/delivery-rules.js';
import { Flapping } from '../../../actors/notifier/rules/flapping.js';
import { MassFailure } from '../../../actors/notifier/rules/mass-failure.js';
import type { Route } from '../../../actors/notifier/rules/routing.js';
import { HoldQueue } from '../../../actors/notifier/grouping/hold-queue.js';
import { OpenAlerts } from '../../../actors/notifier/outbox/open-alerts.js';
import { AlertIds } from '../../../src/domain/alert-id.js';
import type { AlertRecord, AlertType, Delivery } from '../../../src/domain/alert.js';
import type { Flip, NodeState } from '../../../src/domain/node.js';
import { instant, moment } from '../../../src/domain/time.js';
import { alertAt, delivery } from '../../support/alert-records.js';
import { nodeName } from '../../support/simulated-alerts.js';

const EVENTS = ['node.failed', 'node.reported_failure', 'node.inactive', 'node.recovered'] as const;

/** The rules of alerts. A mass failure is three failed nodes. Nothing is delivered. */
class Play {
  readonly open = new OpenAlerts();
  readonly rules: AlertingRules;
  now = 1000;

  constructor(events: Route['events'] = EVENTS, maxPerHour = 12) {
    const { open } = this;
    const ids = new AlertIds(() => 0);
    const flapping = new Flapping({ maxPerHour });
    const massFailure = new MassFailure({ share: 0, atLeast: 3, window: 10_000, hold: 60_000 });
    const holdQueue = new HoldQueue(open, { ids, flapping, massFailure, nextHold: () => undefined });
    const deliveryRules = new DeliveryRules(open, massFailure, flapping);
    const deps = { open, ids, massFailure, flapping, holdQueue, deliveryRules };
    this.rules = new AlertingRules([{ name: 'ops', events }], deps);
  }

  flip(name: string, from: NodeState, to: NodeState, more: Partial<Flip> = {}): readonly AlertRecord[] {
    const { wall } = this.circumstances();
    const node = nodeName(name);
    const facts = { ...alertAt(wall).node!, name: node, state: to };
    const cause = to === 'active' ? 'heartbeat' : 'silence';
    const flip: Flip = { node, from, to, at: wall, cause, retries: 0, blind: 0, ...more };
    return this.rules.raise({ flip, node: facts, isPaused: false }, this.circumstances()).records;
  }

  circumstances(more: Partial<Circumstances> = {}): Circumstances {
    this.now += 1000;
    return { now: moment(this.now), wall: instant(1_700_000_000_000 + this.now), watched: 10, ...more };
  }
}

const shown = (records: readonly AlertRecord[]): string[] =>
  records.map(({ alert, deliveries: [only] }) =>
    [alert.type, alert.node?.name, only?.hold ?? only?.state].filter((part) => part !== undefined).join(' '),
  );

describe('the alert of a flip', () => {
  it('has the reason that the node gave, if it gave one', () => {
    const play = new Play();
    const [silent] = play.flip('a', 'inactive', 'failed');
    expect(silent?.alert).to.not.have.property('reason');
    const [reported] = play.flip('b', 'active', 'failed', { cause: 'report', reason: 'disk full' });
    expect(reported?.alert).to.include({ type: 'node.reported_failure', reason: 'disk full' });
    expect(silent?.alert).to.not.have.property('causedBy');
  });

  it('is none if no channel gets it', () => {
    expect(new Play(['node.recovered']).flip('a', 'inactive', 'failed')).to.deep.equal([]);
    expect(new Play([]).flip('a', 'active', 'inactive')).to.deep.equal([]);
  });

  it('comes behind the earlier ones that a mass failure holds', () => {
    const play = new Play();
    play.flip('a', 'inactive', 'failed');
    play.flip('b', 'inactive', 'failed');
    expect(shown(play.flip('c', 'inactive', 'failed')), 'no alert about the mass failure').to.deep.equal([
      'node.failed a mass_failure',
      'node.failed b mass_failure',
      'node.failed c mass_failure',
    ]);
    const notified = new Play([...EVENTS, 'mass_failure']);
    for (const name of ['a', 'b']) notified.flip(name, 'inactive', 'failed');
    expect(shown(notified.flip('c', 'inactive', 'failed'))).to.deep.equal([
      'node.failed a mass_failure',
      'node.failed b mass_failure',
      'mass_failure pending',
      'node.failed c mass_failure',
    ]);
  });

  it('does not overtake an earlier one of its node that is held, even if the node reports it', () => {
    const play = new Play();
    for (const name of ['a', 'b', 'c']) play.flip(name, 'inactive', 'failed');
    expect(shown(play.flip('d', 'active', 'failed', { cause: 'report' }))).to.deep.equal([
      'node.reported_failure d pending',
    ]);
    play.flip('e', 'active', 'inactive');
    expect(shown(play.flip('e', 'inactive', 'failed', { cause: 'report' }))).to.deep.equal([
      'node.reported_failure e mass_failure',
    ]);
  });
});

describe('a heartbeat that was only late', () => {
  it('cancels the alert about the delay, if no attempt has begun', () => {
    const play = new Play();
    play.flip('a', 'active', 'inactive');
    expect(shown(play.flip('a', 'inactive', 'active'))).to.deep.equal(['node.inactive a cancelled']);
    expect(play.open.size).to.equal(0);
  });

  it('leaves a summary alone, and alerts about anything else', () => {
    const play = new Play();
    const node = { ...alertAt(1).node!, name: nodeName('a') };
    const put = (at: number, type: AlertType, more: Partial<Delivery>): void => {
      const alert = alertAt(at, { node, type });
      play.open.put({ alert, deliveries: [delivery('pending', more)] }, moment(0));
    };
    put(1, 'node.inactive', { state: 'held', hold: 'flapping' });
    put(2, 'node.failed', {});
    put(3, 'node.inactive', {});
    expect(shown(play.flip('a', 'inactive', 'active'))).to.deep.equal(['node.inactive a cancelled']);
    expect(play.open.size).to.equal(2);
  });

  it('counts no message that was not sent', () => {
    const play = new Play(EVENTS, 3);
    for (let turn = 0; turn < 10; turn++) {
      expect(shown(play.flip('a', 'inactive', 'failed')).at(-1)).to.equal('node.failed a pending');
      play.flip('a', 'failed', 'active');
    }
  });
});

describe('the alert of a request', () => {
  const facts = { ...alertAt(1).node!, name: nodeName('a') };

  it('is about a failure or a recovery during the pause, or a deletion', () => {
    const { rules } = new Play();
    const types = [
      { kind: 'resumed', node: facts },
      { kind: 'resumed', node: { ...facts, state: 'active' } },
      { kind: 'deleted', node: facts },
    ] as const;
    const none = new Set<string>();
    expect(
      types.map((news) => rules.prepare({ ...news, at: instant(1) }, none, instant(2))?.alert.type),
    ).to.deep.equal(['node.reported_failure', 'node.recovered', 'node.deleted']);
  });

  it('is held while a dependency of the node has failed, which is named', () => {
    const play = new Play();
    const news = { kind: 'resumed', node: facts, at: instant(1) } as const;
    const prepared = play.rules.prepare(news, new Set(), instant(2))!;
    const [free] = play.rules.admit(prepared, play.circumstances());
    expect(free?.alert).to.not.have.property('causedBy');
    expect(shown([free!])).to.deep.equal(['node.reported_failure a pending']);
    const [inhibited] = play.rules.admit(prepared, play.circumstances({ cause: nodeName('router') }));
    expect(inhibited?.alert.causedBy).to.equal('router');
    expect(shown([inhibited!])).to.deep.equal(['node.reported_failure a dependency']);
  });
});
