import { z } from 'zod';
import type { Assignment } from '../../domain/assignment.js';
import type { KeyState, Snapshot } from '../../ports/coordination.js';
import type { ClusterDirectory, ClusterMember, PartitionOwner } from '../../ports/ownership.js';

const MEMBERS = 'members/';
const OWNERS = 'owners/';
/** The key of the member that assigns partitions. */
export const LEADER_KEY = 'leader';
export const ASSIGNMENT_KEY = 'assignment';

const memberJson = z.object({ advertise: z.string(), leaving: z.boolean() });
const assignmentJson = z.record(z.string(), z.string());

/** The lease tells apart the processes that have had a name one after another. */
interface Leased {
  readonly lease: string | undefined;
  /** The revision that created the key. */
  readonly created: number;
}

/** What is stored of a cluster, at one revision. */
export interface ClusterState extends ClusterDirectory {
  readonly members: ReadonlyMap<string, ClusterMember & Leased>;
  readonly owners: ReadonlyMap<string, PartitionOwner & Pick<Leased, 'lease'>>;
  readonly leader: Leased | undefined;
  readonly assignment: Assignment;
  /** The revision of the assignment; 0 if there is none. */
  readonly assignedAt: number;
}

export function stateOf({ revision, keys }: Snapshot): ClusterState {
  const members = new Map<string, ClusterMember & Leased>();
  const owners = new Map<string, PartitionOwner & Pick<Leased, 'lease'>>();
  for (const [key, state] of keys)
    if (key.startsWith(MEMBERS)) members.set(key.slice(MEMBERS.length), memberOf(state));
    else if (key.startsWith(OWNERS)) {
      const { value: member, created: epoch, lease } = state;
      owners.set(key.slice(OWNERS.length), { member, epoch, lease });
    }
  const assigned = keys.get(ASSIGNMENT_KEY);
  return {
    revision,
    members,
    owners,
    leader: keys.get(LEADER_KEY),
    assignment: new Map(Object.entries(parsed(assignmentJson, assigned) ?? {})),
    assignedAt: assigned?.modified ?? 0,
  };
}

export const NOTHING_KNOWN: ClusterState = stateOf({ revision: 0, term: 0, keys: new Map() });

export function memberKey(name: string): string {
  return `${MEMBERS}${name}`;
}

export function ownerKey(partition: string): string {
  return `${OWNERS}${partition}`;
}

export function memberValue({ advertise, isLeaving }: ClusterMember): string {
  return JSON.stringify({ advertise, leaving: isLeaving } satisfies z.infer<typeof memberJson>);
}

export function assignmentValue(assignment: Assignment): string {
  return JSON.stringify(Object.fromEntries(assignment));
}

/** Names of the members that partitions may be assigned to. */
export function stayingMembers({ members }: ClusterState): string[] {
  return [...members].filter(([, { isLeaving }]) => !isLeaving).map(([name]) => name);
}

/** A member whose value this version cannot read gets no partition. */
function memberOf(state: KeyState): ClusterMember & Leased {
  const { advertise, leaving } = parsed(memberJson, state) ?? { advertise: '', leaving: true };
  return { advertise, isLeaving: leaving, lease: state.lease, created: state.created };
}

function parsed<Value>(schema: z.ZodType<Value>, state: KeyState | undefined): Value | undefined {
  if (state === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(state.value));
  } catch {
    return undefined;
  }
}
