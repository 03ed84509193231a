import * as z from 'zod';
import { DEVICE_NAME } from '../../domain/device.js';
import { failure } from '../../views/error-answer.js';
import { userIdText, userId } from '../../views/values.js';

/** Groups of calls, in the order of the page. */
export const TAGS = {
  presence: 'Which users are online, and their sessions.',
  nodes: 'Machines, services, jobs: anything that sends heartbeats under a name.',
  pings:
    'Pings of jobs, as healthchecks documents them. `/ping/<uuid>/<start, fail, log or exit status>` is written like a key and a slug.',
  alerts: 'Alerts, and their delivery through each channel.',
  links: 'Signed links in messages, which need no key: their path is the credential.',
  silences: 'Muting alerts of nodes for a time.',
  status: 'Status pages for the public, and what people write on them about incidents.',
  events: 'What changes, as it happens.',
  daemon: 'Health, supervision and metrics of the daemon, and this document.',
} as const;

export interface Answer {
  readonly means: string;
  /** Undefined where there is no body. */
  readonly body?: z.ZodType;
  /** JSON if not given. */
  readonly type?: string;
  /** For a stream: the JSON of each event. */
  readonly events?: z.ZodType;
}

/** For 503, of all calls that reach an actor. */
export const unavailable: Answer = {
  means: 'Temporarily impossible. Send the request again.',
  body: failure,
};

/** A call and its answer. A test replays it and expects the same answer, except for times and ids. */
export interface Example {
  /** Unique within its operation. */
  readonly name: string;
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  /** A string is sent as it is, anything else as JSON. */
  readonly body?: unknown;
  readonly status: number;
  /** JSON; undefined if only the schema describes the answer. */
  readonly answer?: unknown;
}

/** One method of one path. */
export interface Operation {
  readonly id: string;
  readonly tag: keyof typeof TAGS;
  readonly summary: string;
  /** Markdown with backticks and paragraphs only. */
  readonly description?: string;
  /** The scope that a key needs, if keys are configured. */
  readonly scope: 'heal' | 'read' | 'admin' | undefined;
  /** The types of path parameters that are not in `IN_PATHS`. */
  readonly path?: Readonly<Record<string, z.ZodType>>;
  readonly query?: z.ZodObject;
  /** By content type. Required unless `isBodyOptional`. */
  readonly body?: Readonly<Record<string, z.ZodType>>;
  readonly isBodyOptional?: boolean;
  readonly answers: Readonly<Record<number, Answer>>;
  readonly examples: readonly Example[];
}

/** By method and path, as in `PUT /heal/{user_id}`. */
export type Operations = Readonly<Record<string, Operation>>;

/** An id in a batch. All digits of a number are read. */
export const userInBatch = z
  .union([userId, userIdText])
  .meta({ description: 'An id as a number or as a string.' });

/** The name of a device: in a query, in a batch, in an answer. */
export const deviceName = z
  .string()
  .regex(DEVICE_NAME)
  .meta({ description: 'A device: 1 to 64 of `A-Z`, `a-z`, `0-9`, `.`, `_` and `-`.' });

/** What a heal says of its device. */
export const deviceMeta = z
  .record(z.string(), z.unknown())
  .nullable()
  .optional()
  .meta({ description: 'Kept for the device, up to 1,024 bytes of JSON; null removes it.' });

/** A heal in a batch. */
export const healInBatch = z
  .union([
    userId,
    userIdText,
    z.strictObject({ id: z.union([userId, userIdText]), device: deviceName.nullish(), meta: deviceMeta }),
  ])
  .meta({ description: 'An id as a number or as a string, or an object with an id, a device and meta.' });

/**
 * The body of a batch, by content type.
 *
 * @param what an element is called
 */
export function batchOf(
  element: z.ZodType,
  what: string,
  most: number,
): Readonly<Record<'application/json' | 'text/plain', z.ZodType>> {
  const lines = `One ${what} per line. Invalid lines are listed in \`rejected\`, as invalid elements of an array are; empty lines are ignored.`;
  return {
    'application/json': z.array(element).max(most),
    'text/plain': z.string().meta({ description: lines }),
  };
}
