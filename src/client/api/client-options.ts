import { isRecord } from '../../domain/is-record.js';
import type { Fetch } from './fetch.js';
import type { HeartbeatRequestError } from './request-error.js';
import type { Seconds } from '../../domain/time.js';

/** What ids of users are in answers. */
export type IdKind = 'string' | 'bigint';

export interface ClientOptions {
  /** Where the daemon listens, such as `http://127.0.0.1:3519`. Its path is put before that of each call. */
  readonly url: string | URL;
  /** A key of the daemon, or a user token. A function is called for each attempt. */
  readonly key?: string | (() => string | Promise<string>) | undefined;
  /** What ids of users are in answers. `bigint` is for daemons with `user_ids: integer` only. Default `string`. */
  readonly ids?: IdKind | undefined;
  /**
   * How long to wait for an answer in seconds, and for each further part of a long one. Each attempt has as long.
   * Default 10, at most 600.
   */
  readonly timeout?: Seconds | undefined;
  /** How often a failed call is repeated, if it may be. Default 3. */
  readonly retries?: number | undefined;
  /** Called before each further attempt, also to open a stream of events again. */
  readonly onRetry?: ((retry: Retry) => void) | undefined;
  /** Carries the requests. Default: the global `fetch`. */
  readonly fetch?: Fetch | undefined;
}

/** A failed attempt, after which there is another one. */
export interface Retry {
  /** Method and path. */
  readonly call: string;
  /** Failed ones in a row, from 1. */
  readonly attempt: number;
  /** Until the next one. */
  readonly wait: Seconds;
  readonly error: HeartbeatRequestError;
}

/** For one call. */
export interface CallOptions {
  /** Ends the call, which rejects with the reason of the signal. */
  readonly signal?: AbortSignal | undefined;
}

/** Options that are complete. */
export interface Settings {
  /** Without a slash at its end. */
  readonly url: string;
  readonly key: ClientOptions['key'];
  readonly ids: IdKind;
  readonly timeoutMs: number;
  readonly retries: number;
  readonly onRetry: ((retry: Retry) => void) | undefined;
  readonly fetch: Fetch;
}

const OPTIONS = ['url', 'key', 'ids', 'timeout', 'retries', 'onRetry', 'fetch'];
const TIMEOUT: Seconds = 10;
/** More than this is meant as milliseconds. */
const LONGEST_TIMEOUT: Seconds = 600;
const RETRIES = 3;
/** What a header can carry. */
const KEY = /^[\x21-\x7e]+$/;

/** @throws TypeError that says what is wrong */
export function settingsOf(options: ClientOptions): Settings {
  const given: unknown = options;
  if (!isRecord(given))
    throw new TypeError("createClient takes an object with a url: createClient({ url: 'http://…' })");
  expectOptions(options, OPTIONS);
  const { key, ids = 'string', timeout = TIMEOUT, retries = RETRIES, onRetry, fetch: own } = options;
  if (key !== undefined && typeof key !== 'function') expectKey(key);
  if (!['string', 'bigint'].includes(ids)) throw new TypeError(`ids must be string or bigint, not ${ids}`);
  if (!(timeout > 0 && timeout <= LONGEST_TIMEOUT))
    throw new TypeError(`timeout must be seconds, above 0 and at most ${LONGEST_TIMEOUT}, not ${timeout}`);
  if (!Number.isInteger(retries) || retries < 0)
    throw new TypeError(`retries must be a whole number from 0, not ${retries}`);
  return {
    url: addressOf(options.url),
    key,
    ids,
    timeoutMs: timeout * 1000,
    retries,
    onRetry,
    fetch: own ?? ((url, request) => fetch(url, request)),
  };
}

/** @throws TypeError if it cannot be sent */
export function expectKey(key: unknown): asserts key is string {
  if (typeof key !== 'string' || !KEY.test(key))
    throw new TypeError('a key must be printable ASCII without spaces');
}

/** @throws TypeError if an option is misspelt */
export function expectOptions(options: object, names: readonly string[]): void {
  for (const name of Object.keys(options))
    if (!names.includes(name)) throw new TypeError(`unknown option ${name}; there are: ${names.join(', ')}`);
}

function addressOf(given: string | URL): string {
  if (!URL.canParse(String(given))) throw new TypeError(`url must be an address, not ${String(given)}`);
  const { protocol, username, password, origin, pathname, search, hash } = new URL(given);
  if (!/^https?:$/.test(protocol)) throw new TypeError('url must be an http:// or https:// address');
  if (username !== '' || password !== '')
    throw new TypeError('url must have no user and no password: use key');
  if (search !== '' || hash !== '') throw new TypeError('url must have no query and no fragment');
  return origin + pathname.replace(/\/+$/, '');
}
