import { z } from 'zod';
import { HeartbeatError } from '../errors.js';
import { queryProblem } from './messages.js';

export type Order = 'asc' | 'desc';

/** What a cursor may be made of. What it has to be is its maker's, and nobody else's. */
export const OPAQUE = '^[A-Za-z0-9_-]+$';

/** The instants that a `Date` holds, in seconds. */
const LATEST = 8_640_000_000_000;

/** `limit`, in the query of a page. */
export const limitUpTo = (largest: number) => wholeNumber(1, largest, queryProblem.limit(largest));

/** An instant, in the query of a range. */
export const secondsNamed = (name: string) => wholeNumber(-LATEST, LATEST, queryProblem.notSeconds(name));

export const order = z.enum(['asc', 'desc'], queryProblem.order);

function wholeNumber(least: number, most: number, problem: string) {
  return z
    .string()
    .regex(/^-?\d{1,16}$/, problem)
    .transform(Number)
    .pipe(z.int(problem).min(least, problem).max(most, problem));
}

/** A text that stands for something; `read` answers undefined where it stands for nothing. */
export function coded<Value>(
  read: (text: string) => Value | undefined,
  problem: string,
): z.ZodType<Value, string> {
  return z.string().transform((text, context) => {
    const value = read(text);
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', message: problem });
    return z.NEVER;
  });
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

/** @throws HeartbeatError when a range ends before it begins */
export function checkRange(from: number | undefined, to: number | undefined): void {
  if (from !== undefined && to !== undefined && from > to) refuseQuery(queryProblem.backwards);
}

export function refuseQuery(problem: string): never {
  throw new HeartbeatError('HEARTBEAT_INVALID_QUERY', problem);
}
