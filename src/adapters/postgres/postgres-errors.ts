import { HeartbeatError } from '../../errors.js';
import { readError, reasonOf, refusedError } from '../history/store-errors.js';

/** Data or an index that PostgreSQL itself found damaged. */
const DAMAGED = new Set(['XX001', 'XX002']);
/** Connection exceptions, the server's word that it ends or refuses connections for now, and that it is a standby. */
const LOST = /^08|^57P0[1-5]$|^25006$/;

const NO_CONNECTION_LEFT = '53300';

/** By the code or the text of an error, what a person can do. */
const ADVICE: readonly (readonly [RegExp, string])[] = [
  [/^28/, 'correct the user or the password'],
  [/SASL.*password/, 'give the password with store_password_file'],
  [/^3D000$/, 'create it with createdb, or correct store'],
  [/^42501$/, 'grant the rights, or let the user own the database'],
  [/^53300$/, 'raise max_connections, or end other connections'],
  [/^25006$|takes no writes/, 'name the server that takes writes as well'],
  [/^(?:ECONNREFUSED|ENOENT)$|timeout expired/, 'start it, or correct store'],
  [/^(?:ENOTFOUND|EAI_AGAIN)$/, 'correct the host in store'],
  [/not support SSL/, 'set sslmode=disable in store if nobody listens between'],
  [/^(?:DEPTH_ZERO_)?SELF_SIGNED|^UNABLE_TO_/, 'name the authority in store_ca_file'],
];

/** PostgreSQL, or a standby that it waits for, does not answer. */
export class NoAnswer extends Error {
  constructor(seconds: number) {
    super(`PostgreSQL has not answered for ${String(seconds)} s`);
  }
}

/** A commit came with a warning: the server may have given up waiting for its standby. */
export class CommitInDoubt extends Error {}

/** The connection broke, so that the statement may have been done or not. */
export function isConnectionError(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof NoAnswer || error instanceof CommitInDoubt) return false;
  const code = 'code' in error ? String(error.code) : '';
  if (LOST.test(code)) return true;
  // What the server says has five characters of code and a severity; the rest comes from the client or the system.
  return !('severity' in error);
}

export function postgresOpenError(place: string, cause: unknown): HeartbeatError {
  if (cause instanceof HeartbeatError) return cause;
  if (isDamage(cause)) return damaged(cause);
  return new HeartbeatError('HEARTBEAT_STORE_FAILED', `cannot use the database ${place}: ${saidBy(cause)}`, {
    cause,
  });
}

export function postgresReadError(cause: unknown): HeartbeatError {
  if (cause instanceof HeartbeatError) return cause;
  if (isDamage(cause)) return damaged(cause);
  const error = readError(cause, saidBy(cause));
  return isAway(cause) ? new HeartbeatError('HEARTBEAT_STORE_AWAY', error.message, { cause }) : error;
}

export function postgresWriteError(cause: unknown): HeartbeatError {
  if (cause instanceof HeartbeatError) return cause;
  if (isDamage(cause)) return damaged(cause);
  return refusedError(cause, saidBy(cause));
}

/** No server answers, or none has a connection left. A record that cannot be decoded is no such error. */
function isAway(cause: unknown): boolean {
  if (cause instanceof TypeError || cause instanceof RangeError) return false;
  return cause instanceof NoAnswer || codeOf(cause) === NO_CONNECTION_LEFT || isConnectionError(cause);
}

function damaged(cause: unknown): HeartbeatError {
  return new HeartbeatError(
    'HEARTBEAT_STORE_CORRUPT',
    `the database is damaged (${saidBy(cause)}): restore it from a backup`,
    { cause },
  );
}

function isDamage(cause: unknown): boolean {
  return DAMAGED.has(codeOf(cause));
}

/** What each server said, if there are several, and what to do about it. */
function saidBy(cause: unknown): string {
  if (cause instanceof AggregateError) return [...new Set(cause.errors.map(saidBy))].join('; ');
  const said = reasonOf(cause);
  const advice = ADVICE.find(([sign]) => sign.test(codeOf(cause)) || sign.test(said))?.[1];
  return advice === undefined ? said : `${said} (${advice})`;
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : '';
}
