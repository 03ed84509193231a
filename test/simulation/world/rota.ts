import type { Rota } from '../../../src/domain/rota.js';
import { instant, type Instant } from '../../../src/domain/time.js';
import type { Random } from '../machine/random.js';

/** The channel that notifies the person on call, and its rota. */
export const ROTA = 'oncall';
export const PEOPLE = ['ann', 'ben', 'cid'] as const;

const DAY = 86_400_000;

/** A rota with one hand-over in the time in which faults happen. @param begun the wall clock when the run begins */
export function rotaFor(begun: number, length: number, random: Random): Rota {
  return {
    name: ROTA,
    people: PEOPLE.map((name) => ({ name, channel: name })),
    turns: 'daily',
    start: 0,
    handOver: (begun + random.int(1, length)) % DAY,
    timeZone: 'UTC',
  };
}

/** Who has the turn at an instant, by a rule of the simulator's own. */
export function turnOf({ handOver }: Rota, at: number): string {
  return PEOPLE[Math.floor((at - handOver) / DAY) % PEOPLE.length] ?? '';
}

/** The first hand-over after an instant. */
export function handOverAfter({ handOver }: Rota, at: number): Instant {
  return instant(Math.floor((at - handOver) / DAY + 1) * DAY + handOver);
}
