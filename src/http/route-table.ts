import type { Permission } from '../domain/access.js';
import type { UserIds } from '../domain/user-id.js';
import type { LargeSource } from './server/large-answers.js';

/** The traits of a route besides its handler. */
export interface RouteTraits {
  /** The required scope: by default `read` for GET and `admin` for others. */
  readonly needs?: Permission | 'nothing';
  /**
   * How a body is treated: refused (`none`, the default), dropped once it has arrived (`ignored`), or read by the
   * handler, whole (`json`, or `raw` whatever its type and coding) or while it arrives (`batch`). `json or ignored`: read
   * if its type is JSON, else dropped.
   */
  readonly body?: 'none' | 'ignored' | 'json' | 'raw' | 'batch' | 'json or ignored';
  /** `original` for the calls of the original service, whose errors are `{"error"}` and nothing more. */
  readonly errors?: 'original';
  /** Whether an orchestrator or a proxy acts on the answer: it is given under any load, to anybody, and to OPTIONS too. */
  readonly isProbe?: boolean;
  /** Whether it needs no key though others do; a function where the configuration says it. */
  readonly isPublic?: boolean | (() => boolean);
  /** What the first parameter names. Requests of one connection about the same user or node are handled in order. */
  readonly about?: 'user' | 'node';
  /** Whether its answer may be long. A connection has one long answer made at a time. */
  readonly isLong?: boolean;
  /** What its answer is made from, if that grows with the data and is made whole. */
  readonly large?: LargeSource;
}

/** A method of a path. */
export interface Route extends RouteTraits {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  readonly path: string;
  readonly needs: Permission | 'nothing';
}

/** How a request is ordered among others of its connection. */
export interface Order {
  /**
   * The user or node it is about; such requests are handled one after the other. `everything` comes after all earlier
   * and before all later requests; `nothing` waits for none.
   */
  readonly about: string;
  readonly isLong: boolean;
}

export const EVERYTHING = 'everything';
export const NOTHING = 'nothing';

const AFTER_ALL: Order = { about: EVERYTHING, isLong: false };
const LONG_AFTER_ALL: Order = { about: EVERYTHING, isLong: true };
const FREE: Order = { about: NOTHING, isLong: false };

const SLASH = 47;
const QUESTION_MARK = 63;
const HASH = 35;
const NONE: readonly Resource[] = [];

interface Resource {
  readonly segments: readonly string[];
  readonly routes: readonly Route[];
}

/**
 * Every route. Express uses the same paths for the handlers. This says what must be known about a request before
 * Express sees it, or without Express: the form of its errors, whether its body is read, what it waits for.
 */
export class RouteTable {
  readonly #all: Route[] = [];
  /** By the first segment of their paths, in the order in which they were added. */
  readonly #resources = new Map<string, Resource[]>();
  readonly #userIds: Pick<UserIds, 'parse'>;
  #probe: RegExp | undefined;

  constructor(userIds: Pick<UserIds, 'parse'>) {
    this.#userIds = userIds;
  }

  get all(): readonly Route[] {
    return this.#all;
  }

  add(path: string, routes: readonly Route[]): void {
    const segments = segmentsOf(path);
    const [first = ''] = segments;
    const others = this.#resources.get(first) ?? [];
    this.#resources.set(first, [...others, { segments, routes }]);
    this.#all.push(...routes);
    this.#probe = undefined;
  }

  /** @returns undefined if there is no such path, or not with this method */
  find(method: string | undefined, target: string | undefined): Route | undefined {
    return this.#find(method, segmentsOf(target));
  }

  /** With keys this is checked for every request, and one expression takes a third of the time of `find`. */
  isProbe(target = ''): boolean {
    this.#probe ??= patternOf(this.#all.filter(({ isProbe }) => isProbe).map(({ path }) => path));
    return this.#probe.test(inOriginForm(target));
  }

  isPublic(method: string | undefined, target: string | undefined): boolean {
    return isOpenToAll(this.find(method, target));
  }

  orderOf(method: string | undefined, target: string | undefined): Order {
    const segments = segmentsOf(target);
    const route = this.#find(method, segments);
    if (route?.isProbe === true) return FREE;
    const [, id = ''] = segments;
    const { about, isLong = false } = route ?? {};
    // An encoded id is only decoded when the request is handled.
    if (about === undefined || id.includes('%')) {
      const isRead = method === 'GET' || method === 'HEAD';
      return isRead || isLong ? LONG_AFTER_ALL : AFTER_ALL;
    }
    if (about === 'node') return { about: `node ${id}`, isLong };
    const user = this.#userIds.parse(id);
    return user === undefined ? FREE : { about: `user ${user}`, isLong };
  }

  #find(method: string | undefined, segments: readonly string[]): Route | undefined {
    const [first = ''] = segments;
    const asked = method === 'HEAD' ? 'GET' : method;
    // Loops, since each pipelined request comes by here: `find` and `every` take twice the time.
    for (const resource of this.#resources.get(first) ?? NONE) {
      if (!isAt(resource.segments, segments)) continue;
      for (const route of resource.routes)
        if (route.method === asked || (method === 'OPTIONS' && route.isProbe === true)) return route;
      return undefined;
    }
    return undefined;
  }
}

/** Whether a route needs no key at present. */
export function isOpenToAll({ isPublic }: Pick<RouteTraits, 'isPublic'> = {}): boolean {
  return typeof isPublic === 'function' ? isPublic() : isPublic === true;
}

/** The target without the authority of the absolute form, which does not matter here (RFC 9112, 3.2.2). */
export function inOriginForm(target: string): string {
  if (target.startsWith('/')) return target;
  const path = target.replace(/^https?:\/\/[^/?#]*/i, '');
  return path === target || path.startsWith('/') ? path : `/${path}`;
}

/** The segments of a path as they were sent. A slash at the end is ignored, as in Express. */
export function segmentsOf(target = ''): readonly string[] {
  const path = inOriginForm(target);
  const segments: string[] = [];
  let from = 1;
  for (let at = 1; at < path.length; at++) {
    const code = path.charCodeAt(at);
    if (code === QUESTION_MARK || code === HASH) return ended(segments, path.slice(from, at));
    if (code !== SLASH) continue;
    segments.push(path.slice(from, at));
    from = at + 1;
  }
  return ended(segments, path.slice(from));
}

function ended(segments: string[], last: string): readonly string[] {
  if (last !== '' || segments.length === 0) segments.push(last);
  return segments;
}

function isAt(own: readonly string[], asked: readonly string[]): boolean {
  if (own.length !== asked.length) return false;
  for (let at = 1; at < own.length; at++)
    if (own[at] !== asked[at] && (asked[at] === '' || own[at]?.startsWith(':') !== true)) return false;
  return true;
}

/** @param paths without parameters */
function patternOf(paths: readonly string[]): RegExp {
  return new RegExp(`^(?:${paths.join('|')})/?(?:[?#]|$)`);
}
