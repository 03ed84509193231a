import { toSeconds, type Seconds } from '../domain/time.js';
import type { PingFacts } from '../ports/history-store.js';

/** A ping that is kept. */
export interface PingDescription {
  /** Its number among the pings of the node, from 1. */
  readonly n: number;
  readonly kind: PingFacts['kind'];
  /** Of `exit`: 0 to 255. */
  readonly exitStatus: number | undefined;
  readonly at: Date;
  /** The run that it belongs to. */
  readonly rid: string | undefined;
  /** How long the run took that it ended; undefined if it ended none whose start is known. */
  readonly duration: Seconds | undefined;
  /** The length of its body, of which the beginning is kept. */
  readonly bytes: number;
  /** `GET`, `HEAD`, `POST`, or `library`. */
  readonly method: string;
}

export function describedPing({
  n,
  kind,
  exitStatus,
  at,
  rid,
  duration,
  bytes,
  method,
}: PingFacts): PingDescription {
  const taken = duration === undefined ? undefined : toSeconds(duration);
  return { n, kind, exitStatus, at: new Date(at), rid, duration: taken, bytes, method };
}
