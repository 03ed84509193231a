import { expect } from 'chai';
import { ChannelMachine } from '../../../actors/notifier/channel/channel.machine.js';
import type {
  ChannelEffect,
  ChannelEvent,
  Offer,
  Outcome,
} from '../../../actors/notifier/channel/channel.protocol.js';
import { retryDelay } from '../../../actors/notifier/channel/retry.js';
import type { AlertId } from '../../../src/domain/alert.js';
import { moment } from '../../../src/domain/time.js';
import { FAILED } from '../channels/support.js';

const RETRY = { minDelay: 5_000, maxDelay: 300_000, giveUpAfter: 3_600_000 };
const BUSY = 'it was never tried, since the channel was busy with other alerts';
const DOWN: Outcome = { kind: 'failed', error: 'down', permanent: false, retryAfter: undefined };

/** A machine, and its clock. */
class Played {
  readonly #machine: ChannelMachine;
  now = 0;

  constructor(concurrency = 4) {
    this.#machine = new ChannelMachine({ concurrency, retry: RETRY }, () => 0);
  }

  get wakeAt(): number | undefined {
    return this.#machine.wakeAt(moment(this.now));
  }

  get active(): number {
    return this.#machine.active;
  }

  get restLeft(): number {
    return this.#machine.restLeft(moment(this.now));
  }

  get places(): number {
    return this.#machine.places;
  }

  do(event: ChannelEvent): ChannelEffect[] {
    return this.#machine.decide(event, moment(this.now));
  }

  /** @returns the ids for which attempts are started */
  offer(...offers: readonly (Partial<Omit<Offer, 'id'>> & { readonly id: string })[]): string[] {
    const whole = offers.map(({ id, ...more }) => ({
      id: id as AlertId,
      nodes: [],
      since: moment(this.now),
      attempts: 0,
      lastAttempt: undefined,
      notBefore: undefined,
      isUrgent: false,
      ...more,
    }));
    return asked(this.do({ kind: 'offer', offers: whole }));
  }

  grant(id: string, attempt = 1): ChannelEffect[] {
    return this.do({ kind: 'granted', id: id as AlertId, message: FAILED, attempt });
  }

  attempted(id: string, outcome: Outcome, attempt = 1): ChannelEffect[] {
    return this.do({ kind: 'attempted', id: id as AlertId, attempt, outcome });
  }

  wake(): string[] {
    return asked(this.do({ kind: 'wake' }));
  }
}

function prepared(effects: readonly ChannelEffect[]): string[] {
  return effects.flatMap((effect) => (effect.kind === 'prepare' ? [effect.id] : []));
}

function asked(effects: readonly ChannelEffect[]): string[] {
  return effects.flatMap((effect) => (effect.kind === 'request' ? [effect.id] : []));
}

describe('a channel’s machine', () => {
  it('asks for no more attempts at once than it may', () => {
    const played = new Played(2);
    expect(played.offer({ id: 'a' }, { id: 'b' }, { id: 'c' })).to.deep.equal(['a', 'b']);
    played.grant('a');
    expect(asked(played.attempted('a', { kind: 'delivered' }))).to.deep.equal(['c']);
    expect(played.active).to.equal(2);
  });

  it('delivers the alerts of a node in order, also those about several nodes', () => {
    const played = new Played();
    expect(
      played.offer(
        { id: 'a', nodes: ['x'] },
        { id: 'b', nodes: ['x', 'y'] },
        { id: 'c', nodes: ['y'] },
        { id: 'd', nodes: ['z'] },
      ),
    ).to.deep.equal(['a', 'd']);
    played.grant('a');
    expect(asked(played.attempted('a', { kind: 'delivered' }))).to.deep.equal(['b']);
    played.grant('b');
    expect(asked(played.attempted('b', DOWN))).to.deep.equal([]);
    played.now = 5_000;
    expect(played.wake()).to.deep.equal(['b']);
    played.grant('b', 2);
    expect(asked(played.attempted('b', { kind: 'delivered' }, 2))).to.deep.equal(['c']);
  });

  it('takes an offer once, and forgets a withdrawn alert', () => {
    const played = new Played(1);
    expect(
      played.offer({ id: 'a', nodes: ['x'] }, { id: 'a', nodes: ['x'] }, { id: 'b', nodes: ['x'] }),
    ).to.deep.equal(['a']);
    expect(asked(played.do({ kind: 'withdrawn', id: 'a' as AlertId }))).to.deep.equal(['b']);
    expect(played.active).to.equal(1);
  });

  it('takes no notice of an outcome that comes too late', () => {
    const played = new Played();
    played.offer({ id: 'a' });
    played.grant('a');
    played.attempted('a', DOWN);
    played.now = 5_000;
    played.wake();
    played.grant('a', 2);
    expect(played.attempted('a', { kind: 'delivered' }, 1)).to.deep.equal([]);
    expect(played.active).to.equal(1);
  });

  it('goes on with the pauses of the run before', () => {
    const played = new Played();
    expect(played.offer({ id: 'a', attempts: 3, lastAttempt: moment(-1_000) })).to.deep.equal([]);
    expect(played.wakeAt).to.equal(4_000);
    played.now = 4_000;
    expect(played.wake()).to.deep.equal(['a']);
  });

  it('gives up alerts that are too old, also during a rest, but no attempt under way', () => {
    const played = new Played(1);
    played.offer({ id: 'a' }, { id: 'b' });
    played.grant('a');
    played.now = RETRY.giveUpAfter;
    const given = played.do({ kind: 'wake' });
    expect(given).to.deep.equal([
      {
        kind: 'report',
        id: 'b',
        attempts: 0,
        result: { kind: 'dead', error: `given up after 3600 s: ${BUSY}` },
      },
    ]);
    expect(played.attempted('a', { kind: 'delivered' })).to.deep.equal([
      { kind: 'report', id: 'a', attempts: 1, result: { kind: 'delivered' } },
    ]);
  });

  it('rests after five failures in a row, then tries one, and rests for longer', () => {
    const played = new Played(8);
    const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
    played.offer(...ids.map((id) => ({ id })));
    for (const id of ids) played.grant(id);
    const effects = ids.slice(0, 5).flatMap((id) => played.attempted(id, DOWN));
    expect(effects.filter(({ kind }) => kind === 'rest')).to.deep.equal([
      { kind: 'rest', failures: 5, until: 5_000 },
    ]);
    played.attempted('f', DOWN);
    played.now = 4_999;
    expect(played.wake()).to.deep.equal([]);
    played.now = 5_000;
    expect(played.wake()).to.deep.equal(['a']);
    played.grant('a', 2);
    expect(asked(played.attempted('a', { kind: 'delivered' }, 2))).to.deep.equal(['b', 'c', 'd', 'e', 'f']);
  });

  it('does not rest after permanent refusals', () => {
    const played = new Played(1);
    for (let turn = 0; turn < 10; turn++) {
      const id = String(turn);
      expect(played.offer({ id })).to.deep.equal([id]);
      played.grant(id);
      played.attempted(id, { ...DOWN, permanent: true });
    }
  });

  it('stores as many intents ahead as attempts were answered in a row', () => {
    const played = new Played(1);
    const ids = Array.from({ length: 10 }, (_, index) => `a${String(index)}`);
    played.offer(...ids.map((id) => ({ id })));
    played.grant('a0');
    const first = played.attempted('a0', { kind: 'delivered' });
    expect([asked(first), prepared(first)]).to.deep.equal([['a1'], ['a2']]);
    played.grant('a1');
    const second = played.attempted('a1', { kind: 'delivered' });
    expect([asked(second), prepared(second)]).to.deep.equal([['a2'], ['a3', 'a4']]);
    played.grant('a2');
    const third = played.attempted('a2', DOWN);
    expect([asked(third), prepared(third)]).to.deep.equal([['a3'], []]);
    played.grant('a3');
    const fourth = played.attempted('a3', { kind: 'delivered' });
    expect([asked(fourth), prepared(fourth)]).to.deep.equal([['a4'], ['a5']]);
  });

  it('stores no intent ahead for an alert behind another one of its node', () => {
    const played = new Played(1);
    played.offer(
      { id: 'a' },
      { id: 'b', nodes: ['x'] },
      { id: 'c', nodes: ['x'] },
      { id: 'd', nodes: ['y'] },
    );
    played.grant('a');
    const first = played.attempted('a', { kind: 'delivered' });
    expect([asked(first), prepared(first)]).to.deep.equal([['b'], ['d']]);
    played.grant('b');
    const second = played.attempted('b', { kind: 'delivered' });
    expect([asked(second), prepared(second)]).to.deep.equal([['d'], ['c']]);
  });

  it('says why an alert that is given up was never tried', () => {
    const age = RETRY.giveUpAfter / 1000;
    const said = (played: Played): string[] =>
      played.do({ kind: 'wake' }).flatMap((effect) => {
        if (effect.kind !== 'report' || effect.result.kind !== 'dead') return [];
        return [`${effect.id} ${effect.result.error.replace(`given up after ${String(age)} s: `, '')}`];
      });
    const behind = new Played(2);
    behind.offer({ id: 'a', nodes: ['x'] }, { id: 'b', nodes: ['x'] });
    behind.grant('a');
    behind.now = RETRY.giveUpAfter;
    expect(said(behind)).to.deep.equal([
      'b it was never tried, since the channel had an earlier alert of its node to deliver first',
    ]);
    const down = new Played(1);
    const old = moment(5 * 60_000 - RETRY.giveUpAfter);
    for (const id of ['a', 'b', 'c', 'd', 'e']) {
      down.offer({ id });
      down.grant(id);
      down.attempted(id, DOWN);
    }
    down.offer({ id: 'late', since: old }, { id: 'again', since: old, attempts: 2, lastAttempt: old });
    down.now = 5 * 60_000;
    const rest = 'since the channel was at rest after 5 failures in a row; its last failure: down';
    expect(said(down)).to.deep.equal([
      `late it was never tried, ${rest}`,
      `again tried 2 times in an earlier run, and not in this one, ${rest}`,
    ]);
    const asking = new Played(1);
    asking.offer({ id: 'a' });
    asking.grant('a');
    asking.attempted('a', { ...DOWN, error: 'answered 429', retryAfter: 3_000_000 });
    asking.offer({ id: 'b', since: moment(1 - RETRY.giveUpAfter) });
    asking.now = 1;
    expect(said(asking)).to.deep.equal([
      'b it was never tried, since the channel was at rest after 1 failure; its last failure: answered 429',
    ]);
  });

  it('gives up an alert that is too old although its intent is stored ahead', () => {
    const played = new Played(1);
    played.offer({ id: 'a' }, { id: 'b' }, { id: 'c' });
    played.grant('a');
    expect(prepared(played.attempted('a', { kind: 'delivered' }))).to.deep.equal(['c']);
    played.grant('b');
    played.now = RETRY.giveUpAfter;
    expect(played.do({ kind: 'wake' })).to.deep.equal([
      {
        kind: 'report',
        id: 'c',
        attempts: 0,
        result: { kind: 'dead', error: `given up after 3600 s: ${BUSY}` },
      },
    ]);
    expect(asked(played.attempted('b', { kind: 'delivered' }))).to.deep.equal([]);
  });

  it('delivers urgent alerts before all others that have not begun', () => {
    const played = new Played(1);
    expect(played.offer({ id: 'a' }, { id: 'b' }, { id: 'c' })).to.deep.equal(['a']);
    played.grant('a');
    expect(prepared(played.attempted('a', { kind: 'delivered' }))).to.deep.equal(['c']);
    played.offer({ id: 'd' }, { id: 'urgent', isUrgent: true });
    played.grant('b');
    expect(asked(played.attempted('b', { kind: 'delivered' }))).to.deep.equal(['urgent']);
    played.grant('urgent');
    expect(asked(played.attempted('urgent', { kind: 'delivered' }))).to.deep.equal(['c']);
  });

  it('keeps no places for delivered alerts, long before they would be too old', () => {
    const played = new Played(1);
    played.offer({ id: 'open', notBefore: moment(10_000) });
    for (let nth = 0; nth < 20_000; nth++) {
      const id = `a${String(nth)}`;
      expect(played.offer({ id, nodes: ['x'] })).to.deep.equal([id]);
      played.grant(id);
      played.attempted(id, { kind: 'delivered' });
      expect(played.places).to.be.at.most(300);
    }
    played.now = 10_000;
    expect(played.wake()).to.deep.equal(['open']);
  });

  it('keeps no places for withdrawn alerts while its provider does not answer', () => {
    const played = new Played(1);
    played.offer({ id: 'first' });
    played.grant('first');
    for (let nth = 0; nth < 20_000; nth++) {
      const id = `a${String(nth)}`;
      played.offer({ id, isUrgent: nth % 2 === 0 }, { id: `${id} later`, notBefore: moment(1_000_000) });
      played.do({ kind: 'withdrawn', id: id as AlertId });
      played.do({ kind: 'withdrawn', id: `${id} later` as AlertId });
    }
    expect(played.places).to.be.at.most(2_500);
    played.offer({ id: 'next' });
    expect(asked(played.attempted('first', { kind: 'delivered' }))).to.deep.equal(['next']);
  });

  it('wakes when the rest ends, but only for an alert that is ready', () => {
    const played = new Played(1);
    const late = moment(RETRY.giveUpAfter);
    played.offer({ id: 'a', since: late });
    played.grant('a');
    played.attempted('a', { ...DOWN, retryAfter: 2 * RETRY.giveUpAfter });
    played.now = 600_000;
    expect(played.restLeft).to.equal(RETRY.giveUpAfter - played.now);
    expect(played.wakeAt).to.equal(2 * RETRY.giveUpAfter);
    expect(played.offer({ id: 'urgent', since: late, isUrgent: true })).to.deep.equal([]);
    expect(played.wakeAt).to.equal(RETRY.giveUpAfter);
    played.do({ kind: 'withdrawn', id: 'urgent' as AlertId });
    expect(played.wakeAt).to.equal(2 * RETRY.giveUpAfter);
  });

  it('wakes when the rest ends for an alert whose intent is stored ahead', () => {
    const played = new Played(2);
    const late = moment(RETRY.giveUpAfter);
    played.offer(...['a', 'b', 'c', 'd'].map((id) => ({ id, since: late })));
    played.grant('a');
    played.grant('b');
    expect(prepared(played.attempted('a', { kind: 'delivered' }))).to.deep.equal(['d']);
    played.attempted('b', { ...DOWN, retryAfter: 2 * RETRY.giveUpAfter });
    expect(played.wakeAt).to.equal(RETRY.giveUpAfter);
  });

  it('looks again after a second at an alert that is too old and under way', () => {
    const played = new Played();
    played.offer({ id: 'a' });
    played.grant('a');
    played.now = RETRY.giveUpAfter;
    played.wake();
    expect(played.wakeAt).to.equal(played.now + 1_000);
  });

  it('counts the places in each of its queues', () => {
    const played = new Played(1);
    played.offer({ id: 'under way' });
    played.offer({ id: 'ready' }, { id: 'urgent', isUrgent: true });
    played.offer({ id: 'later', notBefore: moment(10_000) });
    // Each has a place in the queue of expiring ones.
    expect(played.places).to.equal(4 + 3);
  });

  it('begins nothing while it stops, and goes on when it starts again', () => {
    const machine = new ChannelMachine({ concurrency: 1, retry: RETRY }, () => 0);
    machine.stop();
    const offer = {
      id: 'a' as AlertId,
      nodes: [],
      since: moment(0),
      attempts: 0,
      lastAttempt: undefined,
      notBefore: undefined,
      isUrgent: false,
    };
    expect(machine.decide({ kind: 'offer', offers: [offer] }, moment(0))).to.deep.equal([]);
    machine.start();
    expect(asked(machine.decide({ kind: 'wake' }, moment(0)))).to.deep.equal(['a']);
  });
});

describe('the pause after a failed attempt', () => {
  it('is between min_delay and max_delay, and grows up to that', () => {
    for (const random of [0, 0.5, 0.999]) {
      let before = 0;
      for (let attempts = 1; attempts < 100; attempts++) {
        const pause = retryDelay(attempts, RETRY, random);
        expect(pause).to.be.within(RETRY.minDelay, RETRY.maxDelay);
        expect(pause).to.be.at.least(before);
        before = pause;
      }
    }
    expect(retryDelay(20, RETRY, 0.999)).to.be.greaterThan(299_000);
  });
});
