import * as z from 'zod';
import type { Millis } from '../../domain/time.js';
import type { ErrorCode } from '../../errors.js';
import { describedUser } from '../../views/user-answers.js';
import { userId } from '../../views/values.js';
import { sentenceFor } from '../../views/messages.js';
import { asciiJson } from '../server/json-answer.js';
import type { Ref } from './client-frames.js';

const ref = z.union([z.string(), z.int()]);

const rejected = z.strictObject({
  index: z.int().meta({ description: 'The place in `devices` or `users`, from 0.' }),
  code: z.string(),
  error: z.string(),
});

/** The server's frames by their type. */
export const serverFrames = {
  ok: z.strictObject({ type: z.literal('ok'), ref }),
  error: z.strictObject({
    type: z.literal('error'),
    ref: ref.optional(),
    code: z.string().meta({ description: 'One of docs/errors.md.' }),
    error: z.string().meta({ description: 'A sentence for people.' }),
    accepted: z.int().optional().meta({ description: 'Entries that were taken, where others were not.' }),
    rejected: z.array(rejected).optional(),
  }),
  state: z.strictObject({
    type: z.literal('state'),
    at_ms: z.int(),
    // Frames have numbers whatever a request asks for.
    users: z.array(describedUser.extend({ id: userId })),
    nodes: z.array(z.unknown()).max(0).meta({ description: 'Empty: a socket watches users only.' }),
  }),
  event: z.strictObject({
    type: z.literal('event'),
    event: z.looseObject({ type: z.string(), at_ms: z.int() }).meta({ description: 'As in docs/events.md.' }),
  }),
  expiring: z.strictObject({
    type: z.literal('expiring'),
    in_ms: z.int().meta({ description: 'Milliseconds until the connection is closed.' }),
  }),
} as const;

type Frame = z.output<(typeof serverFrames)['ok' | 'error' | 'expiring']>;

/** An entry of a frame that was not taken. */
export type Rejected = z.output<typeof rejected> & { readonly code: ErrorCode };

export function okFrame(to: NonNullable<Ref>): string {
  return text({ type: 'ok', ref: to });
}

export function errorFrame(to: Ref, code: ErrorCode, error = sentenceFor(code)): string {
  return text({ type: 'error', ...(to !== undefined && { ref: to }), code, error });
}

/** The answer to a frame of which some entries were not taken. */
export function rejectedFrame(to: Ref, accepted: number, entries: readonly Rejected[]): string {
  const [first] = entries;
  const { code, error } = first ?? { code: 'HEARTBEAT_INTERNAL', error: sentenceFor('HEARTBEAT_INTERNAL') };
  return text({
    type: 'error',
    ...(to !== undefined && { ref: to }),
    code,
    error,
    accepted,
    rejected: [...entries],
  });
}

/** @param event JSON in ASCII */
export function eventFrame(event: string): string {
  return `{"type":"event","event":${event}}`;
}

export function expiringFrame(left: Millis): string {
  return text({ type: 'expiring', in_ms: Math.max(0, Math.round(left)) });
}

function text(frame: Frame): string {
  return asciiJson(frame);
}

/** Why a connection is closed by the daemon, in close codes of WebSocket. */
export const CLOSE = {
  /** A message is not text. */
  notText: 1003,
  /** Too many frames, or nothing heard. */
  policy: 1008,
  restart: 1012,
  unauthorized: 4401,
} as const;
