import { isRecord } from '../../domain/is-record.js';
import { HeartbeatClientError } from '../browser/types.js';
import { codes } from './contract/operations.js';
import { parseExactJson } from '../../domain/exact-json.js';
import { retryAfterOf } from '../../domain/retry-after.js';
import type { Seconds } from '../../domain/time.js';
import type { FetchAnswer } from './fetch.js';

/** What is known of a request that failed. */
interface FailedRequest {
  readonly call: string;
  readonly status?: number;
  readonly retryAfter?: Seconds | undefined;
  readonly problems?: readonly Problem[];
  readonly requestId?: string | undefined;
  readonly cause?: unknown;
}

/** What is wrong with a field of a body. */
export interface Problem {
  readonly path: string;
  readonly problem: string;
}

/**
 * A call has failed. `message` is the sentence of the daemon. `code` is one of docs/errors.md, or:
 *
 * - `HEARTBEAT_CLIENT_UNREACHABLE`: there was no answer, or it was cut off. `cause` is the error of the connection.
 * - `HEARTBEAT_CLIENT_TIMEOUT`: there was none in time.
 * - `HEARTBEAT_CLIENT_UNEXPECTED`: something else than the daemon answered, or not as the contract says.
 * - `HEARTBEAT_CLIENT_WRONG_IDS`: the client reads ids as `bigint`, and the daemon has `user_ids: text`.
 * - `HEARTBEAT_CLIENT_NO_KEY`: the key function failed, gave no key, or took longer than `timeout`.
 * - `HEARTBEAT_CLIENT_PING_REFUSED`: a ping was refused, by a word in plain text.
 * - `HEARTBEAT_CLIENT_CLOSED`: the client is closed.
 */
export class HeartbeatRequestError extends HeartbeatClientError {
  override readonly name = 'HeartbeatRequestError';
  /** Method and path of the request, such as `DELETE /nodes/db-1`. */
  readonly call: string;
  /** How many seconds to wait before another attempt, if the daemon says so. */
  readonly retryAfter: Seconds | undefined;
  /** Each field of the body that is wrong. */
  readonly problems: readonly Problem[];
  /** The id of the request in the daemon's log. */
  readonly requestId: string | undefined;

  constructor(code: string, message: string, failed: FailedRequest) {
    super(code, message, failed.status, 'cause' in failed ? { cause: failed.cause } : undefined);
    this.call = failed.call;
    this.retryAfter = failed.retryAfter;
    this.problems = failed.problems ?? [];
    this.requestId = failed.requestId;
  }
}

export const UNREACHABLE = 'HEARTBEAT_CLIENT_UNREACHABLE';
export const TIMEOUT = 'HEARTBEAT_CLIENT_TIMEOUT';
export const UNEXPECTED = 'HEARTBEAT_CLIENT_UNEXPECTED';
export const NO_KEY = 'HEARTBEAT_CLIENT_NO_KEY';
const PING_REFUSED = 'HEARTBEAT_CLIENT_PING_REFUSED';
export const CLOSED = 'HEARTBEAT_CLIENT_CLOSED';

/** @param origin where there was no answer */
export function unreachable(call: string, origin: string, cause: unknown): HeartbeatRequestError {
  return new HeartbeatRequestError(
    UNREACHABLE,
    `${call} got no answer from ${origin}: ${systemCodeOf(cause)}`,
    { call, cause },
  );
}

/** The words with which a ping is refused. */
const PING_REFUSALS: readonly string[] = [
  'not found',
  'ambiguous slug',
  'rate limited',
  'invalid url format',
  'invalid uuid format',
];

/** Whether the daemon may be absent: there was no answer, or none in time. */
export function isUnreachable(error: unknown): boolean {
  return error instanceof HeartbeatRequestError && (error.code === UNREACHABLE || error.code === TIMEOUT);
}

/** What to count an error under: the status of an answer, else the system's code. */
export function kindOf(error: unknown): string {
  if (!(error instanceof HeartbeatRequestError)) return error instanceof Error ? error.name : String(error);
  if (error.code === UNREACHABLE) return systemCodeOf(error.cause);
  return error.status === 0 ? error.code : String(error.status);
}

/** The code that the system or undici gave, such as `ECONNREFUSED`; the message of the error if there is none. */
export function systemCodeOf(error: unknown): string {
  let deepest = error;
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && typeof cause.code === 'string') return cause.code;
    deepest = cause;
  }
  return deepest instanceof Error ? deepest.message : String(deepest);
}

/** The error in an answer. */
export function errorIn(call: string, answer: FetchAnswer, body: string): HeartbeatRequestError {
  const { status, headers } = answer;
  const errorBody = errorBodyIn(body);
  const failed = {
    call,
    status,
    retryAfter: retryAfterOf(
      headers.get('retry-after') ?? undefined,
      headers.get('date') ?? undefined,
      Date.now(),
    ),
    requestId: headers.get('x-request-id') ?? undefined,
  };
  if (errorBody === undefined && isPing(call) && PING_REFUSALS.includes(body))
    return new HeartbeatRequestError(PING_REFUSED, body, failed);
  if (errorBody === undefined)
    return new HeartbeatRequestError(
      UNEXPECTED,
      `${call} was answered ${status}, and not by Heartbeat`,
      failed,
    );
  const { error, code, problems } = errorBody;
  return new HeartbeatRequestError(code ?? codeOf(status, error), error, {
    ...failed,
    ...(problems !== undefined && { problems }),
  });
}

function isPing(call: string): boolean {
  return call.startsWith('POST /ping/');
}

interface ErrorBody {
  readonly error: string;
  readonly code?: string;
  readonly problems?: readonly Problem[];
}

function errorBodyIn(text: string): ErrorBody | undefined {
  const body = jsonIn(text);
  if (!isRecord(body) || typeof body['error'] !== 'string') return undefined;
  const { error, code, problems } = body;
  return {
    error,
    ...(typeof code === 'string' && { code }),
    ...(Array.isArray(problems) && { problems: problems.filter(isProblem) }),
  };
}

function isProblem(value: unknown): value is Problem {
  return isRecord(value) && typeof value['path'] === 'string' && typeof value['problem'] === 'string';
}

/** @returns undefined if it is no JSON */
export function jsonIn(text: string): unknown {
  try {
    return parseExactJson(text);
  } catch {
    return undefined;
  }
}

/** What a status means whose sentence has no code of its own. */
const BY_STATUS: Readonly<Record<number, string>> = {
  401: 'HEARTBEAT_UNAUTHORIZED',
  403: 'HEARTBEAT_FORBIDDEN',
  404: 'HEARTBEAT_NOT_FOUND',
  405: 'HEARTBEAT_METHOD_NOT_ALLOWED',
  429: 'HEARTBEAT_RATE_LIMITED',
  503: 'HEARTBEAT_OVERLOADED',
};

/** The errors of the original calls have no code. */
function codeOf(status: number, sentence: string): string {
  const code = Object.hasOwn(codes, sentence) ? codes[sentence] : BY_STATUS[status];
  if (code !== undefined) return code;
  if (status !== 400) return 'HEARTBEAT_INTERNAL';
  return /query parameter/.test(sentence) ? 'HEARTBEAT_INVALID_QUERY' : 'HEARTBEAT_INVALID_BODY';
}
