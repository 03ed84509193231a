import { ALERT_TYPES } from '../domain/alert.js';
import type { Access, Permission } from '../domain/access.js';
import { isInteger, type UserId } from '../domain/user-id.js';
import type { ErrorCode } from '../errors.js';

/** The answer to an internal error. Only the log has the cause. */
const UNFORESEEN = 'internal server error';

/** A code without a sentence is an internal error. */
const sentences: Partial<Record<ErrorCode, string>> = {
  HEARTBEAT_INVALID_USER_ID: 'invalid user_id format',
  HEARTBEAT_MISSING_USER_ID: 'missing user_id parameter',
  HEARTBEAT_INVALID_QUERY: 'invalid query',
  HEARTBEAT_INVALID_BATCH: 'invalid batch',
  HEARTBEAT_MALFORMED_REQUEST: 'malformed request',
  HEARTBEAT_INVALID_NODE_NAME: 'invalid node name',
  HEARTBEAT_INVALID_BODY: 'invalid body',
  HEARTBEAT_INVALID_FRAME: 'invalid frame',
  HEARTBEAT_UNAUTHORIZED: 'a key is required',
  HEARTBEAT_FORBIDDEN: 'this key or user token does not permit this call',
  HEARTBEAT_UNKNOWN_NODE: 'unknown node',
  HEARTBEAT_RATE_LIMITED: 'too many requests, try again later',
  HEARTBEAT_TOO_MANY_NODES: 'too many nodes are registered: delete some, or raise nodes.max',
  HEARTBEAT_NODE_QUOTA: 'this key has reached its quota of nodes: delete some of them, or raise max_nodes',
  HEARTBEAT_NOT_FOUND: 'not found',
  HEARTBEAT_NO_SUCH_ALERT: 'no such alert',
  HEARTBEAT_NO_SUCH_CHANNEL: 'no such channel',
  HEARTBEAT_NO_SUCH_SILENCE: 'no such silence',
  HEARTBEAT_NO_SUCH_ROTA: 'no such rota',
  HEARTBEAT_NO_SUCH_OVERRIDE: 'no such override',
  HEARTBEAT_TOO_MANY_OVERRIDES: 'too many overrides: end some',
  HEARTBEAT_TOO_MANY_SILENCES: 'too many silences: end some, or raise limits.silences',
  HEARTBEAT_NO_SUCH_LINK: 'this link is not valid',
  HEARTBEAT_NO_SUCH_BADGE:
    'no such badge: nothing has this name or label, or the signature is missing or wrong',
  HEARTBEAT_NO_SUCH_STATUS_PAGE: 'no such status page',
  HEARTBEAT_NO_SUCH_INCIDENT: 'no such incident',
  HEARTBEAT_INVALID_STATUS_PAGE_NAME:
    'the name of a status page must be at most 64 lower-case letters, digits and "-"',
  HEARTBEAT_TOO_MANY_STATUS_PAGES: 'too many status pages: delete some',
  HEARTBEAT_CONFIGURED_STATUS_PAGE: 'the configuration has this status page: change it there, and reload',
  HEARTBEAT_TOO_MANY_INCIDENTS:
    'too many incidents or updates: resolve some, or write about another incident',
  HEARTBEAT_LINK_EXPIRED: 'this link has expired',
  HEARTBEAT_LINK_USED: 'this link has been used',
  HEARTBEAT_LINK_VOID: 'the failure that this link is about is over',
  HEARTBEAT_NOT_FAILED: 'the node has not failed',
  HEARTBEAT_NO_SUCH_PING: 'no such ping: the node has not sent it, or it is not kept any more',
  HEARTBEAT_SLUG_TAKEN: 'another node has this slug',
  HEARTBEAT_DECLARED_NODE: 'the file of declared nodes names this node: change it there',
  HEARTBEAT_NOT_DEAD: 'the alert is not a dead letter in any configured channel',
  HEARTBEAT_METHOD_NOT_ALLOWED: 'method not allowed',
  HEARTBEAT_REQUEST_TIMEOUT: 'the request did not arrive in time: send it again',
  HEARTBEAT_BODY_TOO_LARGE: 'request body too large',
  HEARTBEAT_PRECONDITION_FAILED:
    'the condition in If-Match or If-None-Match does not hold, so nothing was done',
  HEARTBEAT_BODY_ENCODED: 'the body has a Content-Encoding: send it without one',
  HEARTBEAT_TARGET_TOO_LONG: 'the path and query are too long',
  HEARTBEAT_MISDIRECTED: 'this Host is not allowed: add it to allowed_hosts, or configure keys',
  HEARTBEAT_UPGRADE_REQUIRED: 'this path is a WebSocket',
  HEARTBEAT_UNKNOWN_TRANSFER_CODING: 'unsupported transfer coding: use chunked or Content-Length',
  HEARTBEAT_HEADERS_TOO_LARGE: 'request head too large',
  HEARTBEAT_NOT_READY: 'not ready yet, try again later',
  HEARTBEAT_TOO_MANY_READERS:
    'too many readers of events, or users watched by them: raise events.readers or events.watched',
  HEARTBEAT_OVERLOADED: 'overloaded, try again later',
  HEARTBEAT_MEMORY_SHORT: 'memory is short, so new users and nodes are refused, try again later',
  HEARTBEAT_STORE_REFUSES: 'the store refuses writes, try again later',
  HEARTBEAT_STORE_AWAY: 'the store cannot be read now, try again later',
  HEARTBEAT_STORE_CORRUPT: 'the database is damaged: restore it from a backup',
  HEARTBEAT_ANSWER_TIMEOUT: 'no response in time, try again later',
};

/** The sentence in the response to an error. */
export function sentenceFor(code: ErrorCode): string {
  return sentences[code] ?? UNFORESEEN;
}

/** Problems with a query, by parameter. */
export const queryProblem = {
  unknown: (name: string) => `unknown query parameter ${quoted(name)}`,
  repeated: (name: string) => `query parameter ${name} is given more than once`,
  nodeOrLabel: 'query must have one of node and label',
  show: (shows: readonly string[]) => `query parameter show must be one of ${shows.join(', ')}`,
  notInstant: (name: string) =>
    `query parameter ${name} must be Unix seconds, an instant such as 2027-01-31T12:00:00Z, or a time before now such as -1h`,
  backwards: 'query parameter from must not be later than to',
  limit: (largest: number) => `query parameter limit must be a whole number from 1 to ${largest}`,
  order: 'query parameter order must be asc or desc',
  alertState:
    'query parameter state must be a comma-separated list of pending, held, delivered, dead, cancelled or folded',
  maintenance: 'query parameter maintenance must be true or false',
  silenceState: 'query parameter state must be a comma-separated list of active, pending or expired',
  alertCursor: 'query parameter cursor must be the next_cursor of a response of GET /alerts',
  cursor: 'query parameter cursor must be the next_cursor of a response with the same order',
  nameCursor: 'query parameter cursor must be the next_cursor of a response',
  state: 'query parameter state must be active, inactive or failed',
  status: 'query parameter status must be online',
  fields: 'query parameter fields must be a comma-separated list of last_seen and devices',
  ids: 'query parameter ids must be text',
  label: 'query parameter label must be key:value',
  period: 'query parameter period must be a number of days or weeks, such as 90d or 12w, of 366 days at most',
  bothRanges: 'give either query parameter period, or from and to',
  longRange: 'the range can have at most 366 days: ask for a part of it',
  timeZone: 'query parameter time_zone must be the name of a time zone, such as Europe/Berlin',
  format: 'query parameter format must be json or csv',
  table: (tables: readonly string[]) => `query parameter table must be one of ${tables.join(', ')}`,
  tableOfCsv: 'query parameter table is for CSV: add format=csv',
  paused: 'query parameter paused must be true or false',
  node: 'query parameter node must be the name of a node',
  device: 'query parameter device must be 1 to 64 of A-Z, a-z, 0-9, ".", "_" and "-"',
  deviceOfBatch: 'query parameter device is for one user: write {"id":…,"device":…} in place of an id',
  alertType: `query parameter type must be one of ${ALERT_TYPES.join(', ')}`,
};

/** Problems with the filter of a stream of events. */
export const eventProblem = {
  typesInQuery: (types: readonly string[]) =>
    `query parameter types must be a comma-separated list of ${types.join(', ')}`,
  userInQuery: (text: string) => `query parameter users must be the id of a user, not ${quoted(text)}`,
  usersInQuery: (most: number) =>
    `query parameter users can be given ${most} times: send more in the body of POST /events`,
  labels: (most: number) => `query parameter label can be given ${most} times`,
  notObject: 'the body must be an object',
  types: (most: number) => `must be a list of at most ${most} types`,
  type: (types: readonly string[]) => `must be one of ${types.join(', ')}`,
  users: (most: number) => `must be a list of at most ${most} ids`,
  user: 'must be the id of a user; write numbers beyond 2^53 as strings',
  labelsInBody: (most: number) => `must be a list of at most ${most} of key:value`,
  label: 'must be key:value',
  nodes: 'must be a prefix of names, as a string',
};

/** Problems with other bodies. */
export const bodyProblem = {
  notJson: 'the body must be JSON in UTF-8',
  notUtf8: 'the body must be in UTF-8',
  unknownField: 'unknown field',
  unusableName: 'this name is not allowed',
  tooDeep: (most: number) => `the body may be nested ${most} levels deep`,
  entry:
    'invalid entry: it must have an id, may have a device (1 to 64 of A-Z, a-z, 0-9, ".", "_" and "-", or null) and meta (an object of at most 1024 bytes of JSON, or null), and nothing else',
  heal: 'the body must be a JSON object such as {"meta":{}}; without meta send none',
  meta: (most: number) => `meta must be an object of at most ${most} bytes of JSON, or null`,
  unread: 'this call takes no body: remove it',
  longReason: (most: number) => `a reason can have at most ${most} bytes`,
};

/** Problems with a frame of a socket, and why a socket is closed. */
export const frameProblem = {
  notAnObject: 'a frame must be a JSON object',
  unknownType: (types: string) => `type must be one of ${types}`,
  binary: 'a frame must be text',
  leaving: 'invalid entry: it needs an id, and may have a device; without one all devices of the user leave',
  token: 'must be a key or a user token, as a string',
  devices: 'must be a list of at least one device, such as {"id":7,"device":"tab-1"}',
  users: 'must be a list of at least one id of a user',
  liveness: 'must be connection or page',
  ref: 'must be a string of at most 64 characters, or a whole number',
  tooManyOfUser: (most: number) =>
    `a socket can keep at most ${most} devices of one user online (limits.devices): say goodbye to others first`,
  tooManyDevices: (most: number) => `a socket can keep at most ${most} devices online`,
  tooManyWatched: (most: number) => `a socket can watch at most ${most} users`,
  watchEnded: 'no user is watched any more: send watch again',
  tooSlow: 'events were not read in time',
  authFirst: 'the first frame must be auth',
  noAuth: (seconds: number) => `no auth frame came within ${seconds} s`,
  expired: 'the key or token has expired, or the keys have changed',
  keysChanged: 'the keys have changed: send auth again',
  notVerified: 'the token could not be verified',
  otherCaller: 'this key or token does not cover all devices of this socket',
  flood: 'too many frames',
  idle: 'nothing was heard for too long',
};

/** Why a request for a socket is refused. */
export const socketProblem = {
  handshake: (subprotocol: string) =>
    `this path is a WebSocket: ask for it with Upgrade: websocket, Sec-WebSocket-Version: 13 and Sec-WebSocket-Protocol: ${subprotocol}`,
  tooMany: 'too many sockets are open, try again later',
};

export const tooManyUnsent =
  'too many bytes of large answers wait for clients that read slowly, try again later';

export const inNoCluster = 'this daemon is in no cluster';

/** For a client that speaks plain HTTP to a port of HTTPS. */
export const notOverTls = 'this port speaks HTTPS only: send the request to https://';

/** @param allowed as in the header `Allow` */
export function methodNotAllowed(allowed: string): string {
  return `method not allowed: this path supports ${allowed}`;
}

/** Problems with a batch as a whole. */
export const batchProblem = {
  neither: (why: string) => `the body must be a JSON array of ids, or one id per line: ${why}`,
  tooMany: (most: number) => `a batch can have at most ${most} ids`,
};

type Caller = Pick<Access, 'credential'>;

/** Why a key or a user token does not permit a call. */
export const forbidden = {
  permission: ({ credential }: Caller, permission: Permission) => {
    const scope = permission === 'checkup' ? 'read' : permission;
    if (credential === 'sign-in') return `no group of this person has the scope ${scope}`;
    return credential === 'key'
      ? `this key lacks the scope ${scope}`
      : `a user token does not permit this call: it needs a key with the scope ${scope}`;
  },
  user: ({ credential }: Caller) => `this ${credential} does not cover this user_id`,
  /** Of several. */
  userAmong: ({ credential }: Caller, user: UserId) =>
    `this ${credential} does not cover the user ${isInteger(user) ? user : quoted(user)}`,
  node: ({ credential }: Caller) => `this ${credential} does not cover this node`,
  noNode: ({ credential }: Caller) => `this ${credential} covers no nodes`,
  crossOrigin: 'requests from pages of other origins are refused: add the origin to cors.origins',
  everyNode: 'this key covers some nodes only, and this call can affect others: use a key without nodes',
  everything:
    'this key covers some users or nodes only, and this call concerns all: use a key for everything',
};

/** Why a browser is not signed in. */
export const signInProblem = {
  noKeys: 'no key is configured, so there is nothing to sign in to',
  noUrl: 'signing in needs public_url: set it to the URL at which people reach the daemon',
  plainHttp: (url: string) =>
    `signing in over plain HTTP works on loopback only, and public_url is ${url}: serve HTTPS`,
  elsewhere: (url: string) => `sign in at ${url}, which is public_url: this page is of another origin`,
  foreign: (url: string) =>
    `a sign-in counts only for requests of pages at ${url}, which is public_url: send a key instead`,
  forged:
    'only the proxy may send the headers of auth.trusted_header: this request has them from another sender, or twice',
  noName: 'the name that the proxy sends is too long, or is not text',
  noGroup: (name: string) => `no group of ${quoted(name)} has a scope in the configuration`,
  notBegun: 'this browser did not start this sign-in, or more than ten minutes ago: start again',
  ended: 'the sign-in has ended: sign in again',
  twice: (cookie: string) =>
    `the cookie ${cookie} was sent twice, so another page has set it too: delete the cookies of this site`,
};

const LONGEST_NAME = 64;

function quoted(name: string): string {
  return JSON.stringify(name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name);
}
