/** Why there is no connection. The message is shown and logged, so it contains no secret. */
export class ConnectError extends Error {
  override readonly name: string = 'ConnectError';
}

const SELF_SIGNED = 'its certificate is self-signed, and ca_file does not have it';
const UNKNOWN = 'its certificate is signed by nobody who is trusted, and ca_file does not have them';

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
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN,
  SELF_SIGNED_CERT_IN_CHAIN: SELF_SIGNED,
  DEPTH_ZERO_SELF_SIGNED_CERT: SELF_SIGNED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN,
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
};

/** The problem with a server's certificate, if that is why there is no connection. @param code of OpenSSL */
export function reasonOfCertificate(code: unknown): string | undefined {
  const isOfCertificate = typeof code === 'string' && /CERT|SIGNATURE/.test(code);
  return isOfCertificate ? REASONS[code] : undefined;
}

/** undici's message when a proxy does not connect. */
const PROXY_REFUSAL = /^Proxy response \((\d{3})\)/;

/** Why there was no answer, without the URL, which may be secret; of system errors only the code. */
export function reasonOf(error: unknown): string {
  if (error instanceof ConnectError) return error.message;
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  if (!(error instanceof Error)) return 'unknown error';
  const [, status] = PROXY_REFUSAL.exec(error.message) ?? [];
  if (status !== undefined) return `the proxy answered ${status}`;
  const code = 'code' in error ? String(error.code) : error.name;
  if (error.name === 'AbortError') return REASONS['ABORT_ERR'] ?? code;
  return REASONS[code] ?? (error.cause instanceof Error ? reasonOf(error.cause) : code);
}
