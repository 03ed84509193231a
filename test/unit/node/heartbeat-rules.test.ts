import { expect } from 'chai';
import { UNKNOWN } from '../../../actors/node/decision.js';
import { decide } from '../../../actors/node/node.machine.js';
import { HeartbeatHistory } from '../../../src/domain/heartbeat-history.js';
import { NOTHING_CHOSEN } from '../../../src/domain/node.js';
import { moment } from '../../../src/domain/time.js';
import { DEADLINE, decideAt, kindsOf, known, LEASE, only, RULES, TIMEOUT } from './support.js';

describe('a heartbeat of a node', () => {
  it('begins a timeout as a heartbeat, which a registration by a failure does not', () => {
    const begun = only(decideAt(1, known('active'), { kind: 'heartbeat' }), 'begin');
    expect(begun).to.deep.equal({ kind: 'begin', at: 6, timing: TIMEOUT, heartbeat: true });
    expect(only(decideAt(1, UNKNOWN, { kind: 'fail' }), 'begin').heartbeat).to.equal(false);
  });

  it('is not stored first where the adaptive timeout that it begins is what a restart gives', () => {
    const grace = RULES.blindGrace;
    const kinds = (min: number) => {
      const timeout = { min, max: 2 * grace };
      const heartbeatHistory = new HeartbeatHistory();
      for (let at = 0; at <= 200_000; at += 10_000) heartbeatHistory.heard(moment(at), timeout.max);
      const state = known('active', 0, { settings: { ...NOTHING_CHOSEN, timeout } });
      const lease = { deadline: moment(500_000), heartbeatHistory };
      return kindsOf(decideAt(210_000, state, { kind: 'heartbeat' }, { lease }));
    };
    expect(kinds(grace)).to.equal('begin answer');
    expect(kinds(grace + 1)).to.equal('begin store wait_for_status');
  });
});

describe('a failure that a node reports', () => {
  it('comes after no miss at the deadline itself', () => {
    const report = 'rest flip interrupt wait_for_status';
    expect(kindsOf(decideAt(DEADLINE, known('active'), { kind: 'fail' }))).to.equal(report);
    expect(kindsOf(decideAt(DEADLINE + 1, known('active'), { kind: 'fail' }))).to.equal(
      `await flip ${report}`,
    );
  });

  it('of a failed node is answered when the failure is on disk, with a node that was not created', () => {
    const fail = (unstored: boolean) =>
      decideAt(1, known('failed'), { kind: 'fail' }, { lease: { unstored } });
    expect(only(fail(false), 'answer').reply).to.include({ kind: 'node', created: false });
    expect(kindsOf(fail(true))).to.equal('wait_for_status');
  });

  it('after the last deadline changes nothing more, and waits for the flip', () => {
    const decision = decideAt(DEADLINE + 1, known('inactive', 3), { kind: 'fail' });
    expect(kindsOf(decision)).to.equal('rest flip wait_for_status');
  });
});

describe('a miss that is known before the deadline', () => {
  it('counts alone at the deadline itself', () => {
    const retries = (at: number) => decideAt(at, known('active'), { kind: 'miss' }).state;
    expect(retries(DEADLINE)).to.have.nested.property('status.retries', 1);
    expect(retries(DEADLINE + 1)).to.have.nested.property('status.retries', 2);
  });

  it('is answered at once where it changes no state, unless the status is being stored', () => {
    const miss = (unstored: boolean) =>
      decideAt(1, known('inactive', 1), { kind: 'miss' }, { lease: { unstored } });
    expect(kindsOf(miss(false))).to.equal('await answer');
    expect(only(miss(false), 'answer').reply).to.include({ kind: 'node', created: false });
    expect(kindsOf(miss(true))).to.equal('await wait_for_status');
  });
});

describe('time that passes', () => {
  it('passes no deadline that lies at its horizon', () => {
    const retries = (horizon: number) =>
      decide(known('active'), LEASE, { kind: 'expire', horizon: moment(horizon) }, RULES).state;
    expect(retries(DEADLINE)).to.have.nested.property('status.retries', 0);
    expect(retries(DEADLINE + TIMEOUT)).to.have.nested.property('status.retries', 1);
    expect(retries(DEADLINE + TIMEOUT + 1)).to.have.nested.property('status.retries', 2);
  });
});
