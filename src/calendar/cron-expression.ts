import { Cron } from 'croner';
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
const FIELDS = 'minute, hour, day of the month, month, day of the week';
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

/** Any time would do: whether a day exists does not depend on it, and leap days come soon. */
const SOME_TIME = new Date(0);

function parsed(pattern: string): Cron {
  const cron = make(pattern);
  if (cron.nextRun(SOME_TIME) === null) throw new TypeError('never comes: there is no such day');
  return cron;
}

/** A local time is a `Date` in UTC here. Without a function it sets no timer. */
function make(pattern: string): Cron {
  try {
    return new Cron(pattern, { utcOffset: 0 });
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^CronPattern: /, '') : String(error);
    throw new TypeError(`is no cron expression: ${reason}`, { cause: error });
  }
}

function fieldsOf(text: string): string {
  if (text.startsWith('@')) {
    const fields = Object.hasOwn(NICKNAMES, text) ? NICKNAMES[text] : undefined;
    if (fields === undefined) throw new TypeError(`must be one of ${Object.keys(NICKNAMES).join(', ')}`);
    return fields;
  }
  const fields = text.split(/\s+/);
  if (fields.length === 6)
    throw new TypeError(`must have five fields (${FIELDS}): the least interval is a minute`);
  if (fields.length !== 5) throw new TypeError(`must have five fields: ${FIELDS}`);
  const wrong = fields.find((field) => !FIELD.test(field));
  if (wrong !== undefined) throw new TypeError(`has ${JSON.stringify(wrong)}, which is no field of cron`);
  return fields.join(' ');
}
