import { isRecord } from '../../domain/is-record.js';
import { isDeviceName } from '../../domain/device.js';
import type { UserId, UserIds } from '../../domain/user-id.js';
import type { UserDevice } from '../../../actors/user/user.protocol.js';
import { parseJson, unusableNames } from '../input/json-body.js';
import { metaOf, WRONG } from './device.js';

const FIELDS: ReadonlySet<string> = new Set(['id', 'device', 'meta']);

/**
 * Parses an object in a batch of heals: `{"id":7,"device":"phone","meta":{}}`.
 *
 * @returns undefined if it is none, or has an unknown field
 */
export function parseEntry(ids: UserIds, text: string): UserDevice | undefined {
  const entry = parseJson(text)?.parsed;
  if (!isRecord(entry) || Object.keys(entry).some((name) => !FIELDS.has(name))) return undefined;
  if (unusableNames(entry).length > 0) return undefined;
  const user = userIn(ids, Reflect.get(entry, 'id'), text);
  const meta = metaOf(Reflect.get(entry, 'meta'));
  const device: unknown = Reflect.get(entry, 'device');
  if (user === undefined || meta === WRONG) return undefined;
  // Answers show the device without a name so.
  if (device === undefined || device === null) return { user, meta };
  return typeof device === 'string' && isDeviceName(device) ? { user, device, meta } : undefined;
}

/** A number stands for its digits as they are written: one above 2^53 may have lost some in JSON.parse. */
function userIn({ parse }: UserIds, id: unknown, text: string): UserId | undefined {
  if (typeof id === 'string') return parse(id);
  const digits = typeof id === 'number' ? digitsOfId(text) : undefined;
  return digits === undefined ? undefined : parse(digits);
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]]|-?\d[\d.eE+-]*/g;

/** The number of the field `id`, as it is written. */
function digitsOfId(text: string): string | undefined {
  let depth = 0;
  let previous = '';
  let found: string | undefined;
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    else if (depth === 1 && !token.startsWith('"') && isId(previous)) found = token;
    previous = token;
  }
  return found !== undefined && /^-?\d+$/.test(found) ? found : undefined;
}

function isId(token: string): boolean {
  return token.startsWith('"') && JSON.parse(token) === 'id';
}
