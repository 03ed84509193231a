import * as z from 'zod';
import { HeartbeatError } from '../../errors.js';
import type { Instant } from '../../domain/time.js';
import { coded } from '../../views/values.js';
import { queryProblem } from '../../views/messages.js';
import { parseWhen, secondsOf, WHEN, type When } from '../../views/instants.js';

export type Order = 'asc' | 'desc';

/** The characters of a cursor. Only its maker checks more. */
export const OPAQUE = '^[A-Za-z0-9_-]+$';

/** `limit`, in the query of a page. */
export const limitUpTo = (largest: number) => wholeNumber(1, largest, queryProblem.limit(largest));

/** An instant in the query of a range. @param means its description */
export const whenNamed = (name: string, means: string) =>
  coded<When>(parseWhen, queryProblem.notInstant(name))
    .optional()
    .meta({
      type: 'string',
      pattern: WHEN,
      description: `${means} Unix seconds, ISO 8601 (\`2027-01-31\`, \`2027-01-31T12:00:00Z\`), or a time before now: \`-90s\`, \`-5m\`, \`-1h\`, \`-7d\`, \`-2w\`.`,
    });

export const order = z.enum(['asc', 'desc'], queryProblem.order);

function wholeNumber(least: number, most: number, problem: string) {
  return z
    .string()
    .regex(/^-?\d{1,16}$/, problem)
    .transform(Number)
    .pipe(z.int(problem).min(least, problem).max(most, problem));
}

/** A schema for each `limits.page`, of which a daemon has one. */
export function forLimit<Schema>(make: (largest: number) => Schema): (largest: number) => Schema {
  const made = new Map<number, Schema>();
  return (largest) => {
    const schema = made.get(largest) ?? make(largest);
    made.set(largest, schema);
    return schema;
  };
}

/**
 * Reads a query by the schema that documents it. Each parameter may be given once, and none that the schema lacks.
 *
 * @throws HeartbeatError `HEARTBEAT_INVALID_QUERY`, whose message names the parameter
 */
export function readQuery<Schema extends z.ZodObject>(url: string, schema: Schema): z.output<Schema> {
  const given: Record<string, string> = {};
  const start = url.indexOf('?');
  for (const [name, value] of new URLSearchParams(start < 0 ? '' : url.slice(start + 1))) {
    if (!Object.hasOwn(schema.shape, name)) refuseQuery(queryProblem.unknown(name));
    if (Object.hasOwn(given, name)) refuseQuery(queryProblem.repeated(name));
    given[name] = value;
  }
  const read = schema.safeParse(given);
  if (read.success) return read.data;
  return refuseQuery(read.error.issues[0]?.message ?? 'invalid query');
}

/**
 * The seconds that a range begins and ends with.
 *
 * @throws HeartbeatError when it ends before it begins
 */
export function rangeIn(
  asked: { readonly from?: When | undefined; readonly to?: When | undefined },
  now: Instant,
): { readonly from: number | undefined; readonly to: number | undefined } {
  const from = asked.from && secondsOf(asked.from, now);
  const to = asked.to && secondsOf(asked.to, now);
  if (from !== undefined && to !== undefined && from > to) refuseQuery(queryProblem.backwards);
  return { from, to };
}

export function refuseQuery(problem: string): never {
  throw new HeartbeatError('HEARTBEAT_INVALID_QUERY', problem);
}
