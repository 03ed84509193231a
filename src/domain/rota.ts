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
  /** Who is notified next if an alert is escalated: the next of the people who is somebody else. */
  readonly second: RotaPerson | undefined;
  readonly from: Instant;
  readonly until: Instant;
  /** Whose turn comes then. */
  readonly next: RotaPerson;
}

const DAY: Millis = 86_400_000;
const DAYS_OF: Readonly<Record<TurnLength, number>> = { daily: 1, weekly: 7 };

/**
 * The turn at an instant. It begins at the hand-over, by the clocks of the zone: a day on which they change is shorter
 * or longer. Where they skip the hand-over, it
 * comes as long after the change as it would have; where they show it twice, the first counts. Before the start, turns
 * are counted back.
 */
export function turnAt(rota: Rota, at: Instant): Turn {
  const { people, turns, timeZone, start, handOver } = rota;
  const length = DAYS_OF[turns] * DAY;
  const first = start + handOver;
  const beginOf = (turn: number): Instant => instantOf(timeZone, first + turn * length).at;
  let turn = Math.floor((at + offsetAt(timeZone, at) - first) / length);
  // Around a change of the clocks, local time says less than the instants do.
  while (beginOf(turn) > at) turn--;
  while (beginOf(turn + 1) <= at) turn++;
  const on = personOf(people, turn);
  const others = people
    .map((_, index) => personOf(people, turn + index))
    .filter(({ name }) => name !== on.name);
  return {
    on,
    second: others[0],
    from: beginOf(turn),
    until: instant(beginOf(turn + 1)),
    next: personOf(people, turn + 1),
  };
}

function personOf(people: readonly RotaPerson[], turn: number): RotaPerson {
  const person = people[((turn % people.length) + people.length) % people.length];
  if (person === undefined) throw new TypeError('a rota without people');
  return person;
}
