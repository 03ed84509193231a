import { Cron, CronPattern } from 'croner';
import type { LocalTime } from '../domain/time-zone.js';

/** What crontabs may have in place of five fields. `@reboot` is no time. */
const NICKNAMES: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};
const FIELDS = ['minute', 'hour', 'day of the month', 'month', 'day of the week'] as const;
const FIVE_FIELDS = `must have five fields: ${FIELDS.join(', ')}`;
/** The least and the greatest number of each field. Sunday is 0 and 7. */
const RANGES: readonly (readonly [number, number])[] = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 7],
];
/** The longest that each month can be. */
const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
/** No expression that anybody needs is longer. */
const LONGEST = 255;
/** Digits, names, and the signs of cron. `?` would stand for the time at which it is read. */
const FIELD = /^[\dA-Za-z*,/#-]+$/;

/** A cron expression of five fields. It knows days and minutes, and nothing of time zones. */
export class CronExpression {
  readonly #cron: Cron;

  /** @throws TypeError with a sentence about what is wrong */
  constructor(text: string) {
    if (text.length > LONGEST) throw new TypeError(`must have at most ${LONGEST} characters`);
    this.#cron = parsed(fieldsOf(text.trim()));
  }

  /** The first minute after a local time; undefined if none comes until the year 3000. */
  next(after: LocalTime): LocalTime | undefined {
    return this.#cron.nextRun(new Date(after))?.getTime();
  }
}

function parsed(fields: readonly string[]): Cron {
  const pattern = fields.join(' ');
  try {
    // Searching for the first day would take up to a tenth of a second.
    if (!comes(new CronPattern(pattern))) throw new NeverComes('never comes: there is no such day');
    // A local time is a `Date` in UTC here. Without a function it sets no timer.
    return new Cron(pattern, { utcOffset: 0 });
  } catch (error) {
    if (error instanceof NeverComes) throw error;
    throw new TypeError(`is no cron expression: ${reasonOf(fields)}`, { cause: error });
  }
}

class NeverComes extends TypeError {}

/** Whether one of its days exists. A day of the week comes in every month, and a fifth one within 40 years. */
function comes({
  day,
  nearestWeekdays,
  month,
  starDOM,
  starDOW,
  lastDayOfMonth,
  lastWeekday,
}: CronPattern): boolean {
  if (starDOM || !starDOW || lastDayOfMonth || lastWeekday) return true;
  return DAYS.some(
    (days, index) =>
      isSet(month[index]) && [day, nearestWeekdays].some((each) => each.slice(0, days).some(isSet)),
  );
}

function isSet(mark: number | undefined): boolean {
  return mark !== undefined && mark > 0;
}

/** What is wrong with the first field that is. Croner counts days and months from 0 in what it says. */
function reasonOf(fields: readonly string[]): string {
  for (const [at, name] of FIELDS.entries()) {
    const field = fields[at] ?? '';
    if (isField(field, at)) continue;
    const [least, greatest] = RANGES[at] ?? [0, 0];
    const wrong = field.split(/[,-]/).find((part) => /^\d+/.test(part) && !isBetween(part, least, greatest));
    return wrong === undefined
      ? `${JSON.stringify(field)} is no ${name}`
      : `the ${name} must be between ${least} and ${greatest}: ${JSON.stringify(field)}`;
  }
  return 'its fields do not go together';
}

function isField(field: string, at: number): boolean {
  try {
    void new CronPattern(FIELDS.map((_, other) => (other === at ? field : '*')).join(' '));
    return true;
  } catch {
    return false;
  }
}

function isBetween(part: string, least: number, greatest: number): boolean {
  const number = Number.parseInt(part, 10);
  return number >= least && number <= greatest;
}

function fieldsOf(text: string): readonly string[] {
  if (text.startsWith('@')) {
    const fields = Object.hasOwn(NICKNAMES, text) ? NICKNAMES[text] : undefined;
    if (fields === undefined) throw new TypeError(`must be one of ${Object.keys(NICKNAMES).join(', ')}`);
    return fields.split(' ');
  }
  const fields = text.split(/\s+/);
  if (fields.length === 6)
    throw new TypeError(`must have five fields (${FIELDS.join(', ')}): the least interval is a minute`);
  if (fields.length !== 5) throw new TypeError(FIVE_FIELDS);
  const wrong = fields.find((field) => !FIELD.test(field));
  if (wrong !== undefined) throw new TypeError(`has ${JSON.stringify(wrong)}, which is no field of cron`);
  return fields;
}
