import type { Device, Meta, User } from './types.js';

/** What the daemon says on a socket. */
export type ServerFrame =
  | { readonly type: 'ok'; readonly ref: unknown }
  | {
      readonly type: 'error';
      readonly ref: unknown;
      readonly code: string;
      readonly error: string;
      /** The places of entries that were refused; undefined if none was taken. */
      readonly rejected: readonly number[] | undefined;
    }
  | { readonly type: 'expiring' }
  | { readonly type: 'users'; readonly users: readonly User[] };

type Refusal = Omit<Extract<ServerFrame, { type: 'error' }>, 'type' | 'ref'>;

/** JSON.parse would lose digits of these. Shorter ones it may read as numbers. */
const LONG_IDS = /("id":\s*)(-?\d{16,})/g;

/** @returns undefined if it is none that is known here: a later daemon may say more */
export function parseFrame(data: unknown): ServerFrame | undefined {
  const frame = typeof data === 'string' ? parseJson(data) : undefined;
  if (!isRecord(frame)) return undefined;
  const { type, ref } = frame;
  switch (type) {
    case 'ok':
      return { type, ref };
    case 'error':
      return { type, ref, ...refusalIn(frame) };
    case 'expiring':
      return { type };
    case 'event':
      return isRecord(frame.event) ? usersIn(frame.event) : undefined;
    default:
      return usersIn(frame);
  }
}

/** The users of a state, or the one of an event. @returns undefined if it is about other things */
function usersIn(event: Record<string, unknown>): ServerFrame | undefined {
  const { type, users, user } = event;
  if (type === 'state') return { type: 'users', users: listOf(users, readUser) };
  const one = typeof type === 'string' && type.startsWith('user.') ? readUser(user) : undefined;
  return one && { type: 'users', users: [one] };
}

/** @returns undefined if it is no JSON */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(LONG_IDS, '$1"$2"'));
  } catch {
    return undefined;
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function refusalIn({ code, error, accepted, rejected }: Record<string, unknown>): Refusal {
  return {
    code: textOf(code),
    error: textOf(error),
    rejected: typeof accepted === 'number' && accepted > 0 ? listOf(rejected, readIndex) : undefined,
  };
}

function readIndex(entry: unknown): number | undefined {
  return isRecord(entry) && typeof entry.index === 'number' ? entry.index : undefined;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function readUser(value: unknown): User | undefined {
  if (!isRecord(value)) return undefined;
  const { id, status, devices } = value;
  if (typeof id !== 'string' && typeof id !== 'number') return undefined;
  if (status !== 'online' && status !== 'offline') return undefined;
  return { id: String(id), status, devices: listOf(devices, readDevice) };
}

function readDevice(value: unknown): Device | undefined {
  if (!isRecord(value)) return undefined;
  const { device, meta } = value;
  return { device: typeof device === 'string' ? device : null, meta: readMeta(meta) };
}

function readMeta(value: unknown): Meta | null {
  return isRecord(value) ? value : null;
}

/** Without those that cannot be read. */
function listOf<T>(value: unknown, read: (entry: unknown) => T | undefined): T[] {
  return Array.isArray(value) ? value.map(read).filter((entry) => entry !== undefined) : [];
}
