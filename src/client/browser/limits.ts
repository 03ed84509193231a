// Times, in milliseconds if not said otherwise, and limits. They are in a file that imports nothing, since bundlers put
// such constants where they are used.

/** How long the app may take for a token. */
export const TOKEN_WITHIN = 30_000;
/** How long an answer, or a connection itself, may take. */
export const ANSWER_WITHIN = 10_000;
/** A connection that was cut may stay silent for hours, so it is tried so often, and up to a quarter later. */
export const BEAT_EVERY = 18_000;
/** `close` waits no longer for the goodbye. */
export const CLOSE_WITHIN = 5000;

/** A connection that lasts so long was none of those that are cut at once. */
export const STABLE_AFTER = 10_000;
/** Each third connection is tried by HTTP: something on the way may not let sockets through. */
export const EACH_BY_HTTP = 3;
export const TRY_SOCKET_AFTER = 600_000;
/** Without a network, as the browser says. It may be wrong. */
export const RETRY_OFFLINE = 30_000;

/** The daemon sends a comment every 15 s, so a stream of events that is silent for so long is broken. */
export const SILENCE = 45_000;
/** Of the daemon, in seconds, if it does not say what its session timeout is. */
export const USUAL_TIMEOUT = 7;
/** In seconds. Browsers run the timers of hidden tabs once a minute. */
export const HOLDS_HIDDEN_TABS = 90;

/** A tab with the connection that does not answer for so long hangs, or is frozen. */
export const HANGS_AFTER = 5000;
/** How often other tabs ask whether the connection can be used by now. */
export const ASK_AGAIN = 15_000;
/** The goodbye of a tab may arrive after its lock is released. */
export const GOODBYE_WITHIN = 1000;

/** A frame may have 64 KiB, and an id 255 bytes. */
export const USERS_A_FRAME = 200;
/** An iterator that is not read holds no more changes than this; beyond that, one `sync` replaces them. */
export const MOST_WAITING = 1000;

/** The status of what another attempt may do once there is less. */
export const TOO_MANY = 429;
/** The `code` of a `DOMException` named `AbortError`: a lock was stolen. */
export const ABORT_ERR = 20;
