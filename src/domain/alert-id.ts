import type { AlertId } from './alert.js';
import { instant, type Instant } from './time.js';

/** Crockford's: no I, L, O or U, and in the order in which characters sort. */
const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const TIME = 10;
const COUNT = 4;
const RUN = 12;
const MOST_IN_ONE_MILLISECOND = 32 ** COUNT;

const PATTERN = new RegExp(`^[0-7][${DIGITS}]{${String(TIME + COUNT + RUN - 1)}}$`);

/**
 * Makes ids of the shape of a ULID: the time, a count within its millisecond, and what tells this run of the daemon
 * from any other. They need no disk to be unique and final, and go on rising when the wall clock is set back.
 */
export class AlertIds {
  readonly #run: string;
  #time = 0;
  #count = 0;

  /** @param random from 0 up to 1 */
  constructor(random: () => number) {
    this.#run = Array.from({ length: RUN }, () => DIGITS[Math.floor(random() * 32)]).join('');
  }

  /** Every id to come is later than this one of an earlier run. */
  startAfter(id: AlertId): void {
    this.#time = Math.max(this.#time, raisedAt(id));
    this.#count = MOST_IN_ONE_MILLISECOND - 1;
  }

  next(wall: Instant): AlertId {
    if (wall > this.#time) {
      this.#time = wall;
      this.#count = 0;
    } else if (++this.#count === MOST_IN_ONE_MILLISECOND) {
      this.#time++;
      this.#count = 0;
    }
    return branded(digits(this.#time, TIME) + digits(this.#count, COUNT) + this.#run);
  }
}

/** @returns undefined for anything that is no id of an alert */
export function parseAlertId(text: string): AlertId | undefined {
  return PATTERN.test(text) ? branded(text) : undefined;
}

export function raisedAt(id: AlertId): Instant {
  let time = 0;
  for (let at = 0; at < TIME; at++) time = time * 32 + DIGITS.indexOf(id.charAt(at));
  return instant(time);
}

/** What every id that was raised at this instant or later sorts behind. */
export function earliestIdAt(at: Instant): AlertId {
  return branded(digits(Math.max(0, at), TIME) + '0'.repeat(COUNT + RUN));
}

function digits(value: number, length: number): string {
  let text = '';
  for (let rest = value; text.length < length; rest = Math.floor(rest / 32)) {
    text = DIGITS.charAt(rest % 32) + text;
  }
  return text;
}

function branded(text: string): AlertId {
  // eslint-disable-next-line @typescript-eslint/consistent-type-assertions -- parsing: the digits were made, or checked
  return text as AlertId;
}
