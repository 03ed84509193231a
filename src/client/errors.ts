import type { Seconds } from '../domain/time.js';

/** An unexpected response: a status other than 200, or an unexpected body. */
export class HeartbeatAnswerError extends Error {
  override readonly name = 'HeartbeatAnswerError';
  readonly status: number;
  readonly body: string;
  /** How long to make no call, if the daemon says so. */
  readonly retryAfter: Seconds | undefined;

  constructor(call: string, status: number, body: string, retryAfter?: Seconds) {
    super(`${call} answered ${String(status)}: ${shown(body)}`);
    this.status = status;
    this.body = body;
    this.retryAfter = retryAfter;
  }
}

/** No response: refused, reset or timed out. The daemon may have acted on the request. */
export class HeartbeatUnreachableError extends Error {
  override readonly name = 'HeartbeatUnreachableError';
  /** The system's or undici's code, such as `ECONNREFUSED` or `UND_ERR_HEADERS_TIMEOUT`. */
  readonly code: string;

  constructor(call: string, url: string, cause: unknown) {
    const code = codeOf(cause);
    super(`${call} got no answer from ${url}: ${code}`, { cause });
    this.code = code;
  }
}

const LONGEST_SHOWN = 200;

function shown(body: string): string {
  if (body === '') return '(empty body)';
  return body.length > LONGEST_SHOWN ? `${body.slice(0, LONGEST_SHOWN)}…` : body;
}

function codeOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  if ('code' in cause && typeof cause.code === 'string') return cause.code;
  return cause.message;
}
