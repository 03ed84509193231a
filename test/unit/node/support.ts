import { expect } from 'chai';
import type { Decision, Lease, NodeEffect, NodePhase, NodeRules } from '../../../actors/node/decision.js';
import { decide } from '../../../actors/node/node.machine.js';
import type { NodeRequest } from '../../../actors/node/node.protocol.js';
import type { RegisteredNode } from '../../../actors/node/registered-node.js';
import { NOTHING_CHOSEN, type NodeState, type Registration } from '../../../src/domain/node.js';
import { instant, moment } from '../../../src/domain/time.js';
import { node } from '../../support/ids.js';

export const ANN = node('ann');
/** The wall clock when the monotonic clock was at 0. */
export const BOOT = 1_700_000_000_000;
export const TIMEOUT = 30_000;
export const RULES: NodeRules = {
  timeout: TIMEOUT,
  maxRetries: 3,
  autoRegister: true,
  blind: 0,
  blindGrace: 120_000,
  hasQuota: () => true,
  isSlugTaken: () => false,
  pingUuidOf: ({ name }) => `uuid of ${name}`,
  wallAt: (at) => instant(BOOT + at),
  deadlineSince: (since, timeout) => moment(since + timeout),
  blindAt: () => 0,
  nextExpected: (_, after) => instant(after + 60_000),
  lateAt: (expected) => moment(expected - BOOT),
};
export const DEADLINE = 100_000;
export const LEASE: Lease = {
  deadline: moment(DEADLINE),
  lastHeartbeat: undefined,
  heardBlind: 0,
  unstored: false,
  heartbeatHistory: undefined,
  expected: undefined,
  job: undefined,
  probeFailure: undefined,
};

/** A registered node with this state and registration. */
export function registered(
  state: NodeState,
  retries = 0,
  registration: Partial<Registration> = {},
): RegisteredNode {
  return {
    registration: {
      name: ANN,
      registeredAt: instant(0),
      settings: NOTHING_CHOSEN,
      pausedAt: undefined,
      ...registration,
    },
    status: { state, retries, since: instant(0) },
  };
}

/** The phase of a node that is on disk. */
export function known(...of: Parameters<typeof registered>): NodePhase {
  return { phase: 'known', ...registered(...of) };
}

/** Decides a request that arrives at `at`, and is read 5 ms later. */
export function decideAt(
  at: number,
  state: NodePhase,
  request: NodeRequest,
  { lease = {}, rules = {} }: { readonly lease?: Partial<Lease>; readonly rules?: Partial<NodeRules> } = {},
): Decision {
  const command = { ...request, name: ANN, arrivedAt: moment(at), readAt: moment(at + 5) };
  return decide(state, { ...LEASE, ...lease }, command, { ...RULES, ...rules });
}

export function kindsOf({ effects }: Decision): string {
  return effects.map(({ kind }) => kind).join(' ');
}

/** The only effect of this kind. */
export function only<Kind extends NodeEffect['kind']>({ effects }: Decision, kind: Kind) {
  const found = effects.filter(
    (effect): effect is Extract<NodeEffect, { kind: Kind }> => effect.kind === kind,
  );
  expect(found, kind).to.have.length(1);
  return found[0]!;
}
