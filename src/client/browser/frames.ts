import { USERS_A_FRAME } from './limits.js';
import type { ServerFrame, Transport } from './transport.js';
import type { Device, User } from './types.js';

/** What is read of the daemon's JSON. A field may be missing, or of another type: what reads it may throw then. */
interface Sent {
  readonly type: string;
  readonly ref?: unknown;
  readonly code?: unknown;
  readonly error?: unknown;
  readonly accepted?: number;
  readonly rejected?: readonly { readonly index: number }[];
  readonly retry_after_ms?: unknown;
  readonly results: readonly [SentUser];
  readonly users: readonly SentUser[];
  readonly user: SentUser;
  readonly event?: Sent;
}

interface SentUser {
  readonly id: unknown;
  readonly status: unknown;
  readonly devices: readonly [SentDevice, ...SentDevice[]];
}

interface SentDevice extends Device {
  readonly deadline: number;
  readonly last_seen: number;
}

export type Refusal = Pick<Extract<ServerFrame, { type: 'error' }>, 'code' | 'error' | 'status'>;

/** JSON.parse would lose digits of these. Shorter ones it may read as numbers. */
const LONG_IDS = /("id":\s*)(-?\d{16,})/g;

/** @returns undefined if it is none that is known here: a later daemon may say more */
export function parseFrame(data: unknown): ServerFrame | undefined {
  return readJson(data, (frame) => {
    const { type, ref, accepted, rejected } = frame;
    switch (type) {
      case 'ok':
      case 'expiring':
        return { type, ref };
      case 'error':
        return {
          type,
          ref,
          ...refusalIn(frame),
          rejected: accepted ? rejected?.map(({ index }) => index) : undefined,
        };
      default:
        return usersIn(frame.event ?? frame);
    }
  });
}

/** @returns undefined if it is no JSON, or not what `read` expects */
export function readJson<T>(text: unknown, read: (sent: Sent) => T): T | undefined {
  try {
    return read(JSON.parse((text as string).replace(LONG_IDS, '$1"$2"')) as Sent);
  } catch {
    return undefined;
  }
}

/** @param status of HTTP. A frame has none, but a code: heals and checkups by HTTP are refused without one. */
export function refusalIn(
  { code, error = '' }: Partial<Pick<Sent, 'code' | 'error'>>,
  status?: number,
): Refusal {
  const known = (code as string | undefined) ?? `HEARTBEAT_${meaningOf(status, error)}`;
  return { code: known, error: String(error), status: status ?? statusOf(known) };
}

/** Whether another attempt, perhaps with another token, may have a better answer. */
export function isPassing(status: number): boolean {
  return status === 401 || status === 429 || status >= 500;
}

/** What `createClient` has, too, for calls whose refusals have no code. */
function meaningOf(status: number | undefined, sentence: unknown): string {
  if (status === 401) return 'UNAUTHORIZED';
  if (status === 403) return 'FORBIDDEN';
  return `INVALID_${/user_id/.test(sentence as string) ? 'USER_ID' : 'BODY'}`;
}

/** In frames that the daemon accepts. */
export function sendUnwatch(transport: Transport, users: readonly string[]): void {
  for (let from = 0; from < users.length; from += USERS_A_FRAME)
    transport.send({ type: 'unwatch', users: users.slice(from, from + USERS_A_FRAME) });
}

/** The HTTP status of a code. */
function statusOf(code: string): number {
  if (/RATE_|DEVICES/.test(code)) return 429;
  if (/UNAUTHORIZED/.test(code)) return 401;
  if (/FORBIDDEN/.test(code)) return 403;
  return /INVALID/.test(code) ? 400 : 503;
}

/** The users of a state, or the one of an event. @returns undefined if it is about other things */
function usersIn({ type, users, user }: Sent): ServerFrame | undefined {
  const some = type === 'state' ? users : type.startsWith('user.') && [user];
  return some ? { type: 'users', users: some.map(readUser) } : undefined;
}

function readUser({ id, status, devices }: SentUser): User {
  // It throws for what is nested more deeply than any daemon allows.
  JSON.stringify(devices);
  return {
    id: String(id),
    status: status === 'online' ? status : 'offline',
    devices: devices.map(({ device, meta }) => ({ device, meta })),
  };
}
