/** What errors of Node have beside their message. */
interface SystemError extends Error {
  readonly code?: unknown;
  readonly syscall?: unknown;
  readonly hostname?: unknown;
  readonly address?: unknown;
  readonly port?: unknown;
  readonly path?: unknown;
  /** Of OpenSSL. */
  readonly reason?: unknown;
}

/** What became of a connection, behind the address. */
const CONNECTIONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refused the connection',
  ECONNRESET: 'closed the connection before it had answered',
  EPIPE: 'closed the connection before it had answered',
  EHOSTUNREACH: 'cannot be reached: there is no route to the host',
  ENETUNREACH: 'cannot be reached: there is no route to the network',
  EADDRNOTAVAIL: 'cannot be reached: this machine has no address for it',
  EACCES: 'cannot be reached: this machine does not permit it',
  ETIMEDOUT: 'does not answer',
};

const CERTIFICATES: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  CERT_REVOKED: 'its certificate is revoked',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is signed by an authority that is not trusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is signed by an authority that is not trusted',
  UNABLE_TO_GET_ISSUER_CERT: 'its certificate is signed by an authority that is not trusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is signed by an authority that is not trusted',
};

/** What a name server has said, or has not. */
const NAME_SERVERS: Readonly<Record<string, string>> = {
  ESERVFAIL: 'the name server has failed',
  EREFUSED: 'the name server refuses to answer',
  ENOTIMP: 'the name server does not know this request',
  EFORMERR: 'the name server does not understand the request',
  EBADRESP: 'the answer of the name server makes no sense',
  ETIMEOUT: 'the name server does not answer',
  ECONNREFUSED: 'the name server refused the connection',
  EBADNAME: 'the name cannot be asked for',
  EAI_AGAIN: 'no name server answers',
};

/** Why a probe failed, in words. What is not known here keeps its own message. */
export function reasonOf(error: unknown): string {
  // Of several addresses that were tried.
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  const known: SystemError = error;
  return (
    ofName(known) ??
    ofTls(known) ??
    ofAnswer(known) ??
    ofConnection(known) ??
    ofProgram(known) ??
    error.message
  );
}

function ofName({ code, syscall, hostname }: SystemError): string | undefined {
  if (typeof syscall !== 'string' || typeof code !== 'string') return undefined;
  const [, type] = /^query(\w+)$/.exec(syscall) ?? [];
  if (type === undefined && syscall !== 'getaddrinfo') return undefined;
  const name = typeof hostname === 'string' ? `the name ${hostname}` : 'the name';
  if (code === 'ENODATA' && type !== undefined) return `${name} has no ${type.toUpperCase()} record`;
  if (code === 'ENOTFOUND') return `${name} does not exist`;
  return NAME_SERVERS[code] ?? `${name} cannot be resolved (${code})`;
}

/** OpenSSL's own message has a pointer and a path of its source in it. */
function ofTls({ code, reason }: SystemError): string | undefined {
  if (typeof code !== 'string') return undefined;
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER') return 'it does not speak TLS';
  if (code.startsWith('ERR_SSL_')) return `TLS: ${typeof reason === 'string' ? reason : code}`;
  return CERTIFICATES[code];
}

/** Node's parser of HTTP has codes that begin with HPE. */
function ofAnswer({ code, message }: SystemError): string | undefined {
  if (code === 'HPE_HEADER_OVERFLOW') return 'the head of its answer is too large';
  if (typeof code === 'string' && code.startsWith('HPE_')) return 'its answer is not HTTP';
  // Node's name for a connection that ends before the head has come.
  return message === 'socket hang up' ? `it ${String(CONNECTIONS['ECONNRESET'])}` : undefined;
}

function ofConnection({ code, address, port }: SystemError): string | undefined {
  const said = typeof code === 'string' ? CONNECTIONS[code] : undefined;
  if (said === undefined) return undefined;
  if (typeof address !== 'string') return `it ${said}`;
  const host = address.includes(':') ? `[${address}]` : address;
  return `${typeof port === 'number' ? `${host}:${port}` : host} ${said}`;
}

function ofProgram({ code, syscall, path }: SystemError): string | undefined {
  if (typeof syscall !== 'string' || !syscall.startsWith('spawn')) return undefined;
  const program = typeof path === 'string' ? path : 'the program';
  if (code === 'ENOENT') return `${program} does not exist`;
  return code === 'EACCES' ? `${program} may not be run` : undefined;
}
