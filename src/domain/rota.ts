import type { OverrideId, RotaOverride } from './rota-override.js';
import { instant, type Instant, type Millis } from './time.js';
import { instantOf, offsetAt, type LocalTime } from './time-zone.js';

/** Somebody who takes turns, and the channel that reaches them. */
export interface RotaPerson {
  readonly name: string;
  readonly channel: string;
}

export const TURNS = ['daily', 'weekly'] as const;

/** How long a turn is, by the calendar. */
export type TurnLength = (typeof TURNS)[number];

/** People who are on call in turn. */
export interface Rota {
  readonly name: string;
  /** In the order of their turns. At least one; somebody may come more than once. */
  readonly people: readonly RotaPerson[];
  readonly turns: TurnLength;
  /** Midnight of a day on which a turn of the first person begins. */
  readonly start: LocalTime;
  /** When turns begin, after midnight by the clocks. */
  readonly handOver: Millis;
  /** A name of the IANA time zone database. */
  readonly timeZone: string;
}

/** Who is on call at an instant. */
export interface Turn {
  readonly on: RotaPerson;
  /**
   * Who is notified next if an alert is escalated: the next of the people who is somebody else. If somebody is on call
   * in place of another, the one who is replaced comes last.
   */
  readonly second: RotaPerson | undefined;
  readonly from: Instant;
  readonly until: Instant;
  /** Who is on call then. */
  readonly next: RotaPerson;
  /** What puts this person in the place of another. */
  readonly override?: { readonly id: OverrideId; readonly insteadOf: RotaPerson };
}

/** What of an override decides who is on call. */
export type Replacement = Pick<RotaOverride, 'id' | 'rota' | 'person' | 'startsAt' | 'endsAt'>;

const DAY: Millis = 86_400_000;
const DAYS_OF: Readonly<Record<TurnLength, number>> = { daily: 1, weekly: 7 };

/**
 * Who is on call at an instant. A turn begins at the hand-over, by the clocks of the zone: a day on which they change is
 * shorter or longer. Where they skip the hand-over, it comes as long after the change as it would have; where they show
 * it twice, the first counts. Before the start, turns are counted back.
 *
 * @param overrides of any rota; of those at one instant, the one that was made last counts
 */
export function turnAt(rota: Rota, at: Instant, overrides: readonly Replacement[] = []): Turn {
  const valid = overrides.filter(
    ({ rota: name, person, startsAt, endsAt }) =>
      name === rota.name && startsAt < endsAt && rota.people.some((each) => each.name === person),
  );
  const here = onCallAt(rota, at, valid);
  const { on, override, turn } = here;
  const replaced = personOf(rota.people, turn.number);
  const second = rota.people
    .map((_, index) => personOf(rota.people, turn.number + 1 + index))
    .find(({ name }) => name !== on.name);
  // Those that would count instead of this one, or of none.
  const rivals = valid.filter(({ id }) => override === undefined || id > override.id);
  const from = Math.max(
    override?.startsAt ?? turn.from,
    ...rivals.flatMap(({ endsAt }) => (endsAt <= at ? [endsAt] : [])),
  );
  const until = instant(
    Math.min(
      override?.endsAt ?? turn.until,
      ...rivals.flatMap(({ startsAt }) => (startsAt > at ? [startsAt] : [])),
    ),
  );
  return {
    on,
    second,
    from: instant(from),
    until,
    next: onCallAt(rota, until, valid).on,
    ...(override !== undefined && { override: { id: override.id, insteadOf: replaced } }),
  };
}

interface NumberedTurn {
  /** Counts from the start. */
  readonly number: number;
  readonly from: Instant;
  readonly until: Instant;
}

/** @param valid overrides of this rota, each of one of its people */
function onCallAt(
  rota: Rota,
  at: Instant,
  valid: readonly Replacement[],
): { readonly on: RotaPerson; readonly override: Replacement | undefined; readonly turn: NumberedTurn } {
  const turn = numberedTurnAt(rota, at);
  let override: Replacement | undefined;
  for (const each of valid)
    if (each.startsAt <= at && at < each.endsAt && (override === undefined || each.id > override.id))
      override = each;
  const on = rota.people.find(({ name }) => name === override?.person) ?? personOf(rota.people, turn.number);
  return { on, override, turn };
}

function numberedTurnAt({ turns, timeZone, start, handOver }: Rota, at: Instant): NumberedTurn {
  const length = DAYS_OF[turns] * DAY;
  const first = start + handOver;
  const beginOf = (turn: number): Instant => instantOf(timeZone, first + turn * length).at;
  let number = Math.floor((at + offsetAt(timeZone, at) - first) / length);
  // Around a change of the clocks, local time says less than the instants do.
  while (beginOf(number) > at) number--;
  while (beginOf(number + 1) <= at) number++;
  return { number, from: beginOf(number), until: beginOf(number + 1) };
}

function personOf(people: readonly RotaPerson[], turn: number): RotaPerson {
  const person = people[((turn % people.length) + people.length) % people.length];
  if (person === undefined) throw new TypeError('a rota without people');
  return person;
}
