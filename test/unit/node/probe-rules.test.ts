import { expect } from 'chai';
import { UNKNOWN } from '../../../actors/node/decision.js';
import { decide } from '../../../actors/node/node.machine.js';
import { NOTHING_CHOSEN } from '../../../src/domain/node.js';
import { moment } from '../../../src/domain/time.js';
import { DEADLINE, decideAt, kindsOf, known, LEASE, only, RULES, TIMEOUT } from './support.js';

const PROBED = { settings: { ...NOTHING_CHOSEN, probe: { tcp: 'db-1:5432' } } };
const FAILED = { kind: 'probed', failure: 'it answered 500' } as const;
const PASSED = { kind: 'probed', failure: undefined } as const;

describe('a probe that has passed', () => {
  it('is a heartbeat', () => {
    const begun = only(decideAt(1, known('active', 0, PROBED), PASSED), 'begin');
    expect(begun).to.deep.equal({ kind: 'begin', at: 6, timing: TIMEOUT, heartbeat: true });
    const { flip } = only(decideAt(1, known('failed', 3, PROBED), PASSED), 'flip');
    expect(flip).to.include({ to: 'active', cause: 'heartbeat' });
  });

  it('registers no node, and counts for none that has no probe any more', () => {
    expect(kindsOf(decideAt(1, UNKNOWN, PASSED))).to.equal('answer');
    expect(kindsOf(decideAt(1, known('active'), PASSED))).to.equal('answer');
  });
});

describe('a probe that has failed', () => {
  it('is no heartbeat, and gives the reason of the deadline that is missed after it', () => {
    const failed = decideAt(1, known('active', 0, PROBED), FAILED);
    expect(kindsOf(failed)).to.equal('probe_failure answer');
    const lease = { ...LEASE, probeFailure: 'it answered 500' };
    const missed = decide(
      known('active', 0, PROBED),
      lease,
      { kind: 'expire', horizon: moment(DEADLINE + 1) },
      RULES,
    );
    expect(only(missed, 'flip').flip).to.include({
      to: 'inactive',
      cause: 'silence',
      reason: 'probe failed: it answered 500',
    });
    expect(only(missed, 'probe_failure').reason).to.equal(undefined);
  });

  it('makes the node miss at once a deadline that has passed before', () => {
    const late = decideAt(DEADLINE + 10 * TIMEOUT, known('active', 0, PROBED), FAILED);
    expect(kindsOf(late)).to.equal('await flip probe_failure answer');
    expect(late.state).to.have.nested.property('status.retries', 1);
    expect(only(late, 'await').deadline).to.equal(DEADLINE + 11 * TIMEOUT + 5);
    expect(only(late, 'flip').flip.reason).to.equal('probe failed: it answered 500');
  });

  it('costs one retry, however many deadlines have passed', () => {
    const lease = { ...LEASE, probeFailure: 'it answered 500' };
    const horizon = moment(DEADLINE + 10 * TIMEOUT);
    const { state } = decide(known('active', 0, PROBED), lease, { kind: 'expire', horizon }, RULES);
    expect(state).to.have.nested.property('status.retries', 1);
  });

  it('says nothing of a node that is paused, has failed, or has no probe', () => {
    for (const state of [
      known('active', 0, { ...PROBED, pausedAt: RULES.wallAt(moment(0)) }),
      known('failed', 3, PROBED),
      known('active'),
    ])
      expect(kindsOf(decideAt(DEADLINE + 1, state, FAILED))).to.equal('answer');
  });
});

describe('a node with a probe that did not run', () => {
  it('misses no deadline', () => {
    const horizon = moment(DEADLINE + 10 * TIMEOUT);
    const decision = decide(known('active', 0, PROBED), LEASE, { kind: 'expire', horizon }, RULES);
    expect(kindsOf(decision)).to.equal('');
    expect(decision.state).to.have.nested.property('status.state', 'active');
  });
});
