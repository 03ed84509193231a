import { errorCodes, type ErrorCode } from '../../errors.js';
import { sentenceFor } from '../../views/messages.js';
import { asciiJson, jsonHead, type RawHeaders } from './json-answer.js';

/** A refusal's details besides its code. */
export interface Refusal {
  /** Replaces the code's own sentence. */
  readonly message?: string;
  readonly headers?: RawHeaders;
  /** Added to the answer, besides the error and its code. */
  readonly details?: object;
  /** Whether the connection ends with this answer. */
  readonly hangUp?: boolean;
  /** Whole seconds, if a retry is worth while; default 1. */
  readonly retryAfter?: number;
  /** For the log only. */
  readonly cause?: unknown;
}

/** @param isOriginal whether the call is one of those whose errors have no code */
export function answerOf(
  code: ErrorCode,
  { message = sentenceFor(code), headers = [], details, retryAfter = 1 }: Refusal,
  isOriginal: boolean,
): { readonly head: RawHeaders; readonly body: string } {
  const { status } = errorCodes[code];
  const body = asciiJson(isOriginal ? { error: message } : { error: message, code, ...details });
  const retry = status === 503 || status === 429 ? ['retry-after', String(retryAfter)] : [];
  return { head: [...jsonHead(body.length), ...retry, ...headers], body };
}
