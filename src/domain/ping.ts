import type { Instant, Millis } from './time.js';

/** What a ping says, in healthchecks' words. `exit` is a success or a failure by its status. */
export type PingKind = 'success' | 'start' | 'fail' | 'log' | 'exit';

/** A ping of a job, as it was sent. */
export interface Ping {
  readonly kind: PingKind;
  /** Of `exit`: 0 to 255. */
  readonly exitStatus?: number;
  /** The run it belongs to: a UUID in lower case that the job has chosen. */
  readonly rid?: string;
  /** `GET`, `HEAD`, `POST`, or `library`. */
  readonly method: string;
  /** The beginning of its body, as much as is kept. */
  readonly body: Uint8Array;
  /** The length of the whole body, in bytes. */
  readonly bytes: number;
}

/** A ping that is kept. */
export interface KeptPing extends Ping {
  /** Its number among the node's pings, from 1. */
  readonly n: number;
  readonly at: Instant;
  /** How long the run took that it ends, if its start is known. */
  readonly duration?: Millis;
}

/** A UUID in lower case. */
export const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** The slug of a node, by healthchecks' rule. */
export const SLUG = /^[a-z0-9_-]{1,100}$/;

/** Whether a text is a UUID in lower case. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** Whether a text can be the slug of a node, by healthchecks' rule. */
export function isSlug(text: string): boolean {
  return SLUG.test(text);
}

/** Whether it reports a failure. */
export function isFailure({ kind, exitStatus = 0 }: Pick<Ping, 'kind' | 'exitStatus'>): boolean {
  return kind === 'fail' || (kind === 'exit' && exitStatus > 0);
}

/** Whether it is a heartbeat. */
export function isSuccess({ kind, exitStatus = 0 }: Pick<Ping, 'kind' | 'exitStatus'>): boolean {
  return kind === 'success' || (kind === 'exit' && exitStatus === 0);
}
