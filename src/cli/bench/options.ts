import { decimal, isHttp } from '../option-values.js';
import type { Seconds } from '../../domain/time.js';

/** The options of the command line, as text. */
export interface GivenBenchOptions {
  readonly users: string;
  readonly batch: string;
  readonly duration: string;
  readonly url?: string;
  readonly json?: boolean;
  readonly seed?: string;
  readonly sessionTimeout: string;
}

export interface BenchOptions {
  readonly users: number;
  /** Users in one call. */
  readonly batch: number;
  readonly durationSeconds: Seconds;
  /** Undefined: the bench starts its own daemon. */
  readonly url: string | undefined;
  readonly json: boolean;
  readonly seed: number;
  readonly sessionTimeoutSeconds: Seconds;
}

const MOST_USERS = 1_000_000;
/** The daemon's default limit for one call. */
const LARGEST_BATCH = 10_000;
const LARGEST_SEED = 2 ** 32 - 1;

/** @returns the options, or all problems with them, a sentence each */
export function readBenchOptions(given: GivenBenchOptions): BenchOptions | readonly string[] {
  const users = decimal(given.users);
  const batch = decimal(given.batch);
  const durationSeconds = decimal(given.duration);
  const sessionTimeoutSeconds = decimal(given.sessionTimeout);
  const seed = given.seed === undefined ? Math.floor(Math.random() * 2 ** 32) : decimal(given.seed);
  const problems: string[] = [];
  function must(holds: boolean, option: string, rule: string, value: string | undefined): void {
    if (!holds) problems.push(`--${option} must be ${rule}, not '${value ?? ''}'`);
  }
  must(whole(users, 1, MOST_USERS), 'users', `a whole number from 1 to ${String(MOST_USERS)}`, given.users);
  must(
    whole(batch, 1, LARGEST_BATCH),
    'batch',
    `a whole number from 1 to ${String(LARGEST_BATCH)}`,
    given.batch,
  );
  must(durationSeconds > 0, 'duration', 'a number of seconds above 0', given.duration);
  must(sessionTimeoutSeconds > 0, 'session-timeout', 'a number of seconds above 0', given.sessionTimeout);
  must(whole(seed, 0, LARGEST_SEED), 'seed', `a whole number from 0 to ${String(LARGEST_SEED)}`, given.seed);
  must(given.url === undefined || isHttp(given.url), 'url', 'an http:// or https:// address', given.url);
  if (problems.length > 0) return problems;
  return {
    users,
    batch,
    durationSeconds,
    url: given.url,
    json: given.json ?? false,
    seed,
    sessionTimeoutSeconds,
  };
}

function whole(value: number, from: number, to: number): boolean {
  return Number.isInteger(value) && value >= from && value <= to;
}
