import { parseUserId } from '../../domain/user-id.js';

/** What a request has to do with the others of its connection. */
export interface Order {
  /**
   * The user or node that it is about: such requests are handled one after the other. `everything` comes after all that
   * was sent before, and before all that is sent after; `nothing` waits for nobody.
   */
  readonly about: string;
  /** Whether its answer may be long: of these a connection has one made at a time. */
  readonly long: boolean;
}

export const EVERYTHING = 'everything';
export const NOTHING = 'nothing';

const AFTER_ALL: Order = { about: EVERYTHING, long: true };
const FREE: Order = { about: NOTHING, long: false };

/** A path as it reaches Express unchanged. What is written in any other way, batches and lists come after all. */
const PLAIN = /^\/(heal|checkup|heart_rhythm|users|nodes|healthz|readyz)(?:\/([^/?#%]+))?(?:[/?#]|$)/;

export function orderOf(method: string | undefined, url = ''): Order {
  const [, resource, id] = PLAIN.exec(url) ?? [];
  if (resource === 'healthz' || resource === 'readyz') return FREE;
  if (resource === undefined || id === undefined) return AFTER_ALL;
  const isRead = method === 'GET' || method === 'HEAD';
  if (resource === 'nodes') {
    return method === 'POST' && id === 'heartbeats' ? AFTER_ALL : { about: `node ${id}`, long: isRead };
  }
  const user = parseUserId(id);
  if (user === undefined) return FREE;
  return { about: `user ${user}`, long: isRead && resource === 'heart_rhythm' };
}
