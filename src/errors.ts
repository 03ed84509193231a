/** The meaning of an error code. `docs/errors.md` documents each code; a test compares the page with this list. */
interface ErrorKind {
  /** The HTTP status of the response. */
  readonly status: number;
  /** Whether the same request may succeed later, unchanged. */
  readonly retryable: boolean;
}

/** The registry of error codes. */
export const errorCodes = {
  HEARTBEAT_INVALID_USER_ID: { status: 400, retryable: false },
  HEARTBEAT_MISSING_USER_ID: { status: 400, retryable: false },
  HEARTBEAT_INVALID_QUERY: { status: 400, retryable: false },
  HEARTBEAT_INVALID_BATCH: { status: 400, retryable: false },
  HEARTBEAT_MALFORMED_REQUEST: { status: 400, retryable: false },
  HEARTBEAT_INVALID_NODE_NAME: { status: 400, retryable: false },
  HEARTBEAT_INVALID_STATUS_PAGE_NAME: { status: 400, retryable: false },
  HEARTBEAT_INVALID_BODY: { status: 400, retryable: false },
  HEARTBEAT_INVALID_FRAME: { status: 400, retryable: false },
  HEARTBEAT_UNAUTHORIZED: { status: 401, retryable: false },
  HEARTBEAT_FORBIDDEN: { status: 403, retryable: false },
  HEARTBEAT_UNKNOWN_NODE: { status: 404, retryable: false },
  HEARTBEAT_NOT_FOUND: { status: 404, retryable: false },
  HEARTBEAT_NO_SUCH_ALERT: { status: 404, retryable: false },
  HEARTBEAT_NO_SUCH_PING: { status: 404, retryable: false },
  HEARTBEAT_NO_SUCH_SILENCE: { status: 404, retryable: false },
  HEARTBEAT_NO_SUCH_ROTA: { status: 404, retryable: false },
  HEARTBEAT_NO_SUCH_OVERRIDE: { status: 404, retryable: false },
  HEARTBEAT_NO_SUCH_CHANNEL: { status: 404, retryable: false },
  HEARTBEAT_NO_SUCH_LINK: { status: 404, retryable: false },
  HEARTBEAT_NO_SUCH_BADGE: { status: 404, retryable: false },
  HEARTBEAT_NO_SUCH_STATUS_PAGE: { status: 404, retryable: false },
  HEARTBEAT_NO_SUCH_INCIDENT: { status: 404, retryable: false },
  HEARTBEAT_METHOD_NOT_ALLOWED: { status: 405, retryable: false },
  HEARTBEAT_REQUEST_TIMEOUT: { status: 408, retryable: true },
  HEARTBEAT_NOT_FAILED: { status: 409, retryable: false },
  HEARTBEAT_SLUG_TAKEN: { status: 409, retryable: false },
  HEARTBEAT_DECLARED_NODE: { status: 409, retryable: false },
  HEARTBEAT_CONFIGURED_STATUS_PAGE: { status: 409, retryable: false },
  HEARTBEAT_NOT_DEAD: { status: 409, retryable: false },
  HEARTBEAT_LINK_EXPIRED: { status: 410, retryable: false },
  HEARTBEAT_LINK_USED: { status: 410, retryable: false },
  HEARTBEAT_LINK_VOID: { status: 410, retryable: false },
  HEARTBEAT_PRECONDITION_FAILED: { status: 412, retryable: false },
  HEARTBEAT_BODY_TOO_LARGE: { status: 413, retryable: false },
  HEARTBEAT_TARGET_TOO_LONG: { status: 414, retryable: false },
  HEARTBEAT_BODY_ENCODED: { status: 415, retryable: false },
  HEARTBEAT_MISDIRECTED: { status: 421, retryable: false },
  HEARTBEAT_UPGRADE_REQUIRED: { status: 426, retryable: false },
  HEARTBEAT_RATE_LIMITED: { status: 429, retryable: true },
  HEARTBEAT_TOO_MANY_DEVICES: { status: 429, retryable: true },
  HEARTBEAT_TOO_MANY_NODES: { status: 429, retryable: true },
  HEARTBEAT_TOO_MANY_SILENCES: { status: 429, retryable: true },
  HEARTBEAT_TOO_MANY_INCIDENTS: { status: 429, retryable: true },
  HEARTBEAT_TOO_MANY_STATUS_PAGES: { status: 429, retryable: true },
  HEARTBEAT_TOO_MANY_OVERRIDES: { status: 429, retryable: true },
  HEARTBEAT_NODE_QUOTA: { status: 429, retryable: true },
  HEARTBEAT_HEADERS_TOO_LARGE: { status: 431, retryable: false },
  HEARTBEAT_INTERNAL: { status: 500, retryable: false },
  HEARTBEAT_UNKNOWN_TRANSFER_CODING: { status: 501, retryable: false },
  HEARTBEAT_NOT_READY: { status: 503, retryable: true },
  HEARTBEAT_OVERLOADED: { status: 503, retryable: true },
  HEARTBEAT_TOO_MANY_READERS: { status: 503, retryable: true },
  HEARTBEAT_MEMORY_SHORT: { status: 503, retryable: true },
  HEARTBEAT_STORE_REFUSES: { status: 503, retryable: true },
  HEARTBEAT_STORE_AWAY: { status: 503, retryable: true },
  HEARTBEAT_ANSWER_TIMEOUT: { status: 503, retryable: true },
  HEARTBEAT_WRONG_DECLARED_NODES: { status: 500, retryable: false },
  HEARTBEAT_STORE_LOCKED: { status: 500, retryable: true },
  HEARTBEAT_NAME_IN_USE: { status: 500, retryable: false },
  HEARTBEAT_STORE_CORRUPT: { status: 500, retryable: false },
  HEARTBEAT_STORE_EMPTY: { status: 500, retryable: false },
  HEARTBEAT_STORE_TOO_NEW: { status: 500, retryable: false },
  HEARTBEAT_WRONG_PARTITIONS: { status: 500, retryable: false },
  HEARTBEAT_WRONG_USER_IDS: { status: 500, retryable: false },
  HEARTBEAT_STORE_UNWRITABLE: { status: 500, retryable: false },
  HEARTBEAT_STORE_HANGS: { status: 500, retryable: true },
  HEARTBEAT_STORE_FAILED: { status: 500, retryable: true },
  HEARTBEAT_TOO_LITTLE_MEMORY: { status: 500, retryable: false },
  HEARTBEAT_PORT_IN_USE: { status: 500, retryable: true },
  HEARTBEAT_LISTEN_FAILED: { status: 500, retryable: false },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof errorCodes;

/** An error with a code of the registry. The message is a sentence for people; the cause is for the log. */
export class HeartbeatError extends Error {
  override readonly name = 'HeartbeatError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  get status(): number {
    return errorCodes[this.code].status;
  }

  get retryable(): boolean {
    return errorCodes[this.code].retryable;
  }
}
