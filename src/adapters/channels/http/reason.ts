import { NameError } from './names.js';

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EPIPE: 'connection reset',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the network',
  ETIMEDOUT: 'it does not answer',
  UND_ERR_CONNECT_TIMEOUT: 'it does not answer',
  UND_ERR_SOCKET: 'the connection was closed before an answer came',
  ABORT_ERR: 'it took too long',
  UND_ERR_ABORTED: 'it took too long',
};

/** Why there was no answer, without the URL, which may be a secret: of a system's message only its code. */
export function reasonOf(error: unknown): string {
  if (error instanceof NameError) return error.message;
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  if (!(error instanceof Error)) return 'unknown error';
  const code = 'code' in error ? String(error.code) : error.name;
  if (error.name === 'AbortError') return REASONS['ABORT_ERR'] ?? code;
  return REASONS[code] ?? (error.cause instanceof Error ? reasonOf(error.cause) : code);
}
