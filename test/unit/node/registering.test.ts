import { expect } from 'chai';
import { UNKNOWN, type NodePhase } from '../../../actors/node/decision.js';
import { decide } from '../../../actors/node/node.machine.js';
import type { NodeRequest } from '../../../actors/node/node.protocol.js';
import { instant, moment } from '../../../src/domain/time.js';
import { BOOT, DEADLINE, decideAt, kindsOf, known, LEASE, only, RULES, TIMEOUT } from './support.js';

describe('registering a node', () => {
  const quota = { key: 'ci', nodes: 1 };

  it('pauses it from the start where the request says so, and only there', () => {
    const pausedAt = (paused: boolean | undefined) =>
      only(decideAt(1, UNKNOWN, { kind: 'put', change: { paused } }), 'register').known.registration.pausedAt;
    expect(pausedAt(true)).to.equal(BOOT + 6);
    expect(pausedAt(false)).to.equal(undefined);
    expect(pausedAt(undefined)).to.equal(undefined);
  });

  it('stores the key whose quota it counts towards, and refuses it where none is left', () => {
    const put = { kind: 'put' as const, change: {}, quota };
    expect(only(decideAt(1, UNKNOWN, put), 'register').known.registration).to.have.property(
      'registeredBy',
      'ci',
    );
    expect(
      only(decideAt(1, UNKNOWN, { kind: 'put', change: {} }), 'register').known.registration,
    ).not.to.have.property('registeredBy');
    const full = decideAt(1, UNKNOWN, put, { rules: { hasQuota: () => false } });
    expect(full.state).to.equal(UNKNOWN);
    expect(only(full, 'answer').reply).to.have.property('code', 'HEARTBEAT_NODE_QUOTA');
  });

  it('tells the requests that waited that it was created; a later change does not', () => {
    const put = { kind: 'put' as const, change: { maxRetries: 5 } };
    const settled = { kind: 'settled' as const, at: moment(9), stored: true as const };
    const created = (before: NodePhase) =>
      only(decide(decideAt(1, before, put).state, LEASE, settled, RULES), 'release').created;
    expect(created(UNKNOWN)).to.equal(true);
    expect(created(known('active'))).to.equal(false);
  });
});

describe('changing a node', () => {
  it('misses no deadline that is reached by the request itself', () => {
    const kinds = (at: number) => kindsOf(decideAt(at, known('active'), { kind: 'pause' }));
    expect(kinds(DEADLINE)).to.equal('change wait');
    expect(kinds(DEADLINE + 1)).to.equal('await flip change wait');
  });

  it('answers with the node at once, as not created, where nothing changes', () => {
    const { reply } = only(decideAt(1, known('active'), { kind: 'put', change: {} }), 'answer');
    expect(reply).to.include({ kind: 'node', created: false });
  });

  it('stores a pause when it ends, and none before', () => {
    const pause = (before: NodePhase, request: NodeRequest) =>
      only(decideAt(1, before, request), 'change').pause;
    const paused = known('active', 0, { pausedAt: instant(7) });
    expect(pause(paused, { kind: 'resume' })).to.deep.equal({ from: 7, to: BOOT + 6 });
    expect(pause(paused, { kind: 'put', change: { maxRetries: 5 } })).to.equal(undefined);
    expect(pause(known('active'), { kind: 'pause' })).to.equal(undefined);
    expect(pause(known('active'), { kind: 'put', change: { maxRetries: 5 } })).to.equal(undefined);
  });

  it('begins a new timeout, one timeout after it was read, with another timeout and at the end of a pause', () => {
    const deadline = (before: NodePhase, request: NodeRequest) =>
      only(decideAt(1, before, request), 'change').begun?.deadline;
    const put = (timeout: number): NodeRequest => ({ kind: 'put', change: { timeout, maxRetries: 5 } });
    const paused = known('active', 0, { pausedAt: instant(7) });
    expect(deadline(known('active'), put(60_000))).to.equal(6 + 60_000);
    expect(deadline(paused, { kind: 'resume' })).to.equal(6 + TIMEOUT);
    expect(deadline(known('active'), put(TIMEOUT)), 'the same timeout').to.equal(undefined);
    expect(deadline(paused, put(60_000)), 'paused').to.equal(undefined);
    expect(deadline(known('failed'), put(60_000)), 'failed').to.equal(undefined);
  });

  it('stores a pause with whether the node had failed before it, until the pause ends', () => {
    const next = (before: NodePhase, request: NodeRequest) =>
      only(decideAt(1, before, request), 'change').next;
    expect(next(known('failed'), { kind: 'pause' })).to.include({
      pausedAt: BOOT + 6,
      pausedFailed: true,
    });
    expect(next(known('active'), { kind: 'pause' })).not.to.have.property('pausedFailed');
    const paused = known('failed', 0, { pausedAt: instant(7), pausedFailed: true });
    expect(next(paused, { kind: 'put', change: { maxRetries: 5 } })).to.include({
      pausedAt: 7,
      pausedFailed: true,
    });
    const resumed = next(paused, { kind: 'resume' });
    expect(resumed).to.have.property('pausedAt', undefined);
    expect(resumed).not.to.have.property('pausedFailed');
  });

  it('pauses, resumes or changes settings, each without the others', () => {
    const next = (before: NodePhase, change: { paused?: boolean; maxRetries?: number }) =>
      only(decideAt(1, before, { kind: 'put', change }), 'change').next;
    const paused = known('active', 0, { pausedAt: instant(7) });
    expect(next(known('active'), { paused: true }).pausedAt).to.equal(BOOT + 6);
    expect(next(paused, { paused: false }).pausedAt).to.equal(undefined);
    const both = next(known('active'), { paused: true, maxRetries: 5 });
    expect([both.pausedAt, both.settings.maxRetries]).to.deep.equal([BOOT + 6, 5]);
  });

  it('begins the timeout anew from when the change was on disk', () => {
    const { state } = decideAt(1, known('active'), { kind: 'put', change: { timeout: 60_000 } });
    const settled = { kind: 'settled' as const, at: moment(2_000), stored: true as const };
    expect(only(decide(state, LEASE, settled, RULES), 'restart').begun.deadline).to.equal(62_000);
  });
});
