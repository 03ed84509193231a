import { z } from 'zod';
import { userIdText, userId } from '../../views/values.js';

/** Groups of calls, in the order in which people read of them. */
export const TAGS = {
  presence: 'Who is online, and when they were.',
  nodes: 'Machines, services, jobs: anything that sends heartbeats under a name.',
  alerts: 'What people were told.',
  daemon: 'How the daemon is.',
} as const;

export interface Answer {
  readonly means: string;
  /** Undefined where there is no body. */
  readonly body?: z.ZodType;
  /** JSON if not given. */
  readonly type?: string;
}

/** A call and its answer, which can be replayed: with these nodes and users it answers just so, but for times and ids. */
export interface Example {
  /** Unique within its operation. */
  readonly name: string;
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  /** A text, or what is sent as JSON. */
  readonly body?: unknown;
  readonly status: number;
  /** What is answered: JSON, or undefined where it is shown by nothing but its schema. */
  readonly answer?: unknown;
}

/** What the document says of one method of one path. */
export interface Operation {
  readonly id: string;
  readonly tag: keyof typeof TAGS;
  readonly summary: string;
  /** In Markdown of which only backticks and paragraphs are used. */
  readonly description?: string;
  /** What a key needs to be for, once keys are configured. */
  readonly scope: 'heal' | 'read' | 'admin' | undefined;
  /** What stands in the path, where a name alone does not tell. */
  readonly path?: Readonly<Record<string, z.ZodType>>;
  readonly query?: z.ZodObject;
  /** By content type. It has to be there unless it is optional. */
  readonly body?: Readonly<Record<string, z.ZodType>>;
  readonly isBodyOptional?: boolean;
  readonly answers: Readonly<Record<number, Answer>>;
  readonly examples: readonly Example[];
}

/** By method and path, as in `PUT /heal/{user_id}`. */
export type Operations = Readonly<Record<string, Operation>>;

/** An id in a batch. As a number its digits are read as they are written. */
export const userInBatch = z
  .union([userId, userIdText])
  .meta({ description: 'An id as a number or as a string.' });

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
  const lines = `One ${what} a line. What is none is in \`rejected\`, as it is of an array; empty lines are nothing.`;
  return {
    'application/json': z.array(element).max(most),
    'text/plain': z.string().meta({ description: lines }),
  };
}
