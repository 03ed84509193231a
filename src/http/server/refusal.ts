import type { RawHeaders } from './json-answer.js';

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
