import type { Permission } from '../domain/access.js';
import { parseUserId } from '../domain/user-id.js';

/** What a route says of itself, beside what handles it. */
export interface RouteTraits {
  /** What a key needs: `read` for GET and `admin` for all others if not given. */
  readonly needs?: Permission | 'nothing';
  /**
   * What becomes of a body: refused (`none`, if not given), dropped when it has arrived (`ignored`), or read by the
   * handler, as a whole (`json`) or while it arrives (`batch`).
   */
  readonly body?: 'none' | 'ignored' | 'json' | 'batch';
  /** `original` for the calls of the original, whose errors are `{"error"}` and nothing more. */
  readonly errors?: 'original';
  /** Whether the answer tells an orchestrator to leave the daemon alone: it is given under any load, and to anybody. */
  readonly isProbe?: boolean;
  /** What the first parameter of the path names: requests of one connection about the same one are handled in order. */
  readonly about?: 'user' | 'node';
  /** Whether its answer may be long: of these a connection has one made at a time. */
  readonly isLong?: boolean;
}

/** A method of a path. */
export interface Route extends RouteTraits {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  readonly path: string;
  readonly needs: Permission | 'nothing';
}

/** What a request has to do with the others of its connection. */
export interface Order {
  /**
   * The user or node that it is about: such requests are handled one after the other. `everything` comes after all that
   * was sent before, and before all that is sent after; `nothing` waits for nobody.
   */
  readonly about: string;
  readonly isLong: boolean;
}

export const EVERYTHING = 'everything';
export const NOTHING = 'nothing';

const AFTER_ALL: Order = { about: EVERYTHING, isLong: true };
const FREE: Order = { about: NOTHING, isLong: false };

interface Resource {
  readonly segments: readonly string[];
  readonly routes: readonly Route[];
}

/**
 * Every route there is. Express hands requests to the handlers by the same paths; this says what has to be known of a
 * request before Express sees it, or where it never does: how its errors look, whether its body is read, what it waits for.
 */
export class RouteTable {
  readonly #all: Route[] = [];
  /** By the first segment of their paths, in the order in which they were added. */
  readonly #resources = new Map<string, Resource[]>();
  #probe: RegExp | undefined;

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

  /** @returns undefined where there is no such path, or not this method of it */
  find(method: string | undefined, target: string | undefined): Route | undefined {
    return this.#find(method, segmentsOf(target));
  }

  /** With keys this is asked of every request, and one expression takes a third of the time that `find` does. */
  isProbe(target = ''): boolean {
    this.#probe ??= patternOf(this.#all.filter(({ isProbe }) => isProbe).map(({ path }) => path));
    return this.#probe.test(target);
  }

  orderOf(method: string | undefined, target: string | undefined): Order {
    const segments = segmentsOf(target);
    const route = this.#find(method, segments);
    if (route?.isProbe === true) return FREE;
    const [, id = ''] = segments;
    const { about, isLong = false } = route ?? {};
    // Whom an encoded id names is found out only when it is handled.
    if (about === undefined || id.includes('%')) return AFTER_ALL;
    if (about === 'node') return { about: `node ${id}`, isLong };
    const user = parseUserId(id);
    return user === undefined ? FREE : { about: `user ${user}`, isLong };
  }

  #find(method: string | undefined, segments: readonly string[]): Route | undefined {
    const [first = ''] = segments;
    const resource = this.#resources.get(first)?.find((each) => isAt(each.segments, segments));
    const asked = method === 'HEAD' ? 'GET' : method;
    return resource?.routes.find((route) => route.method === asked);
  }
}

/** A target without the authority that one in absolute form begins with: whom it names does not matter (RFC 9112, 3.2.2). */
export function inOriginForm(target: string): string {
  if (target.startsWith('/')) return target;
  const path = target.replace(/^https?:\/\/[^/?#]*/i, '');
  return path === target || path.startsWith('/') ? path : `/${path}`;
}

/** The parts of a path as they were sent. One slash at the end says nothing, as it does to Express. */
export function segmentsOf(target = ''): readonly string[] {
  const path = inOriginForm(target);
  const end = path.search(/[?#]/);
  const segments = path.slice(1, end < 0 ? undefined : end).split('/');
  if (segments.length > 1 && segments.at(-1) === '') segments.pop();
  return segments;
}

function isAt(own: readonly string[], asked: readonly string[]): boolean {
  if (own.length !== asked.length) return false;
  return own.every((part, at) => (part.startsWith(':') ? asked[at] !== '' : part === asked[at]));
}

/** @param paths without parameters */
function patternOf(paths: readonly string[]): RegExp {
  return new RegExp(`^(?:https?://[^/?#]*)?(?:${paths.join('|')})/?(?:[?#]|$)`);
}
