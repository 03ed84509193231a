import { assertNever } from '../../src/domain/assert-never.js';
import type { Registration, UsedLinks } from '../../src/domain/node.js';
import type { Instant } from '../../src/domain/time.js';
import {
  DEFER,
  NOT_KNOWN,
  WAIT,
  withDeadline,
  type Decision,
  type Lease,
  type NodePhase,
  type NodeRules,
} from './decision.js';
import { describe } from './description.js';
import { acknowledgementOf } from './registered-node.js';
import { missed } from './missed-heartbeats.js';
import type { NodeCommand, NodeReply } from './node.protocol.js';

type Command<Kind extends NodeCommand['kind']> = Extract<NodeCommand, { kind: Kind }>;
type Missed = ReturnType<typeof missed>;

const NOT_FAILED: NodeReply = { kind: 'refused', code: 'HEARTBEAT_NOT_FAILED' };

/** Acknowledges the node's present failure. */
export function acknowledge(
  state: NodePhase,
  lease: Lease,
  command: Command<'acknowledge'>,
  rules: NodeRules,
): Decision {
  return decided(state, lease, command, rules, ({ known }) => {
    if (known.status.state !== 'failed') return NOT_FAILED;
    const { by, reason, until, link } = command;
    const { since } = known.status;
    const at = rules.wallAt(command.readAt);
    const usedLinks = link && used(known.registration.usedLinks, link, since, at);
    if (usedLinks !== undefined && 'kind' in usedLinks) return usedLinks;
    const acknowledged = {
      by,
      ...(reason !== undefined && { reason }),
      at,
      since,
      ...(until !== undefined && { until }),
    };
    return { ...known.registration, acknowledged, ...(usedLinks !== undefined && { usedLinks }) };
  });
}

/** @returns the links that are used then, or the refusal of one that was used before, or is about an earlier failure */
function used(
  before: UsedLinks | undefined,
  link: NonNullable<Command<'acknowledge'>['link']>,
  since: Instant,
  now: Instant,
): UsedLinks | NodeReply {
  if (link.since !== since) return { kind: 'refused', code: 'HEARTBEAT_LINK_VOID' };
  const uses = before?.since === since ? before.uses : [];
  if (uses.some(({ id }) => id === link.use.id)) return { kind: 'refused', code: 'HEARTBEAT_LINK_USED' };
  return { since, uses: [...uses.filter(({ expires }) => now < expires), link.use] };
}

/** Takes an acknowledgement back. Idempotent: without one, nothing is written. */
export function unacknowledge(
  state: NodePhase,
  lease: Lease,
  command: Command<'unacknowledge'>,
  rules: NodeRules,
): Decision {
  return decided(state, lease, command, rules, ({ known, deadline }) => {
    if (acknowledgementOf(known, () => rules.wallAt(command.readAt)) === undefined) {
      return {
        kind: 'node',
        node: describe(known, withDeadline(lease, deadline), rules, command.readAt),
        created: false,
      };
    }
    const { acknowledged: _, ...registration } = known.registration;
    return registration;
  });
}

/** @param next the new registration, or the reply if nothing changes */
function decided(
  state: NodePhase,
  lease: Lease,
  command: NodeCommand,
  rules: NodeRules,
  next: (found: Missed) => Registration | NodeReply,
): Decision {
  switch (state.phase) {
    case 'unknown':
      return { state, effects: [{ kind: 'answer', reply: NOT_KNOWN }] };
    case 'registering':
    case 'changing':
    case 'leaving':
      return { state, effects: DEFER };
    case 'known': {
      const found = missed(state, lease, (at) => at < command.arrivedAt, rules);
      const { known, effects } = found;
      const after = next(found);
      if ('kind' in after) {
        return { state: { ...state, ...known }, effects: [...effects, { kind: 'answer', reply: after }] };
      }
      const change = { kind: 'change', known, next: after, pause: undefined, begun: undefined } as const;
      return { state: { phase: 'changing', ...known, next: after }, effects: [...effects, change, WAIT] };
    }
    default:
      return assertNever(state);
  }
}
