import type { LinkUse } from './action-link.js';
import type { NodeName } from './node-name.js';
import type { Instant } from './time.js';

declare const kind: unique symbol;

/** Sorts by the time at which the silence was made. */
export type SilenceId = string & { readonly [kind]: 'silence' };

export const SILENCE_STATES = ['active', 'pending', 'expired'] as const;

export type SilenceState = (typeof SILENCE_STATES)[number];

/** Mutes the alerts of nodes that fit all of its matchers, from one instant of the wall clock to another. */
export interface Silence {
  readonly id: SilenceId;
  /** As they were written; see `parseMatcher`. */
  readonly matchers: readonly string[];
  readonly startsAt: Instant;
  /** It is over at this instant. One that was ended by hand ends then. */
  readonly endsAt: Instant;
  readonly by: string;
  readonly reason?: string;
  readonly updatedAt: Instant;
  /** Prefixes of the nodes that its maker may touch; it silences no others. Undefined: all. */
  readonly nodes?: readonly string[];
  /** The key that made it, which has a share of all silences. Undefined while no keys are configured. */
  readonly key?: string;
  /** The signed link that made it, which has been used with that. */
  readonly link?: LinkUse;
  /** Of a maintenance window: the window in the configuration. */
  readonly maintenance?: string;
}

/** What a caller who asks for a silence decides. */
export type SilenceRequest = Omit<Silence, 'id' | 'updatedAt' | 'maintenance'>;

type Stretch = Pick<Silence, 'startsAt' | 'endsAt'>;

/** A time in which a node was silenced. */
export interface SilencedInterval {
  readonly id: SilenceId;
  readonly from: Instant;
  readonly to: Instant;
  /** In a maintenance window. */
  readonly isMaintenance: boolean;
}

export function silenceStateAt({ startsAt, endsAt }: Stretch, wall: Instant): SilenceState {
  if (wall >= endsAt) return 'expired';
  return wall < startsAt ? 'pending' : 'active';
}

/** It ends now, as in Alertmanager: one that has not begun never does. */
export function expireAt<Each extends Stretch & Pick<Silence, 'updatedAt'>>(
  silence: Each,
  wall: Instant,
): Each {
  const startsAt = silence.startsAt > wall ? wall : silence.startsAt;
  return { ...silence, startsAt, endsAt: wall, updatedAt: wall };
}

/**
 * The silences at each of some instants.
 *
 * @param instants ascending
 * @param intervals in the order in which they begin
 */
export function silencesAt(
  instants: readonly Instant[],
  intervals: readonly SilencedInterval[],
): readonly (readonly SilenceId[])[] {
  let begun = 0;
  let running: SilencedInterval[] = [];
  return instants.map((at) => {
    for (let next = intervals[begun]; next !== undefined && next.from <= at; next = intervals[++begun])
      running.push(next);
    running = running.filter(({ to }) => at < to);
    return running.map(({ id }) => id);
  });
}

/** Whether a silence of these nodes concerns no node besides those that begin with one of the prefixes. */
export function isWithinReach({ nodes }: Silence, prefixes: readonly string[] | undefined): boolean {
  if (prefixes === undefined) return true;
  return nodes?.every((own) => prefixes.some((prefix) => own.startsWith(prefix))) ?? false;
}

/** Whether it may silence a node of this name. */
export function reaches({ nodes }: Silence, name: NodeName): boolean {
  return nodes?.some((prefix) => name.startsWith(prefix)) ?? true;
}
