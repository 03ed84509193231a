import { Access, EVERYBODY, type GroupScopes } from '../../domain/access.js';
import { instant, toMillis } from '../../domain/time.js';
import type { Clock } from '../../ports/clock.js';
import { signInProblem } from '../../views/messages.js';
import { Denied } from './credentials.js';

/** Whoever is identified by a proxy is looked at anew so often, in seconds: until then, a stream goes on. */
const TERM = toMillis(3600);
/** The most persons that are remembered. */
const REMEMBERED = 1000;
/** As long as the name in an acknowledgement may be, in UTF-16 units. */
const LONGEST_NAME = 255;

const NO_NAME = new Denied(signInProblem.noName, 'HEARTBEAT_MALFORMED_REQUEST');

/** Whether a name can be shown, logged and stored. */
export function isPersonName(name: string): boolean {
  return name !== '' && name.length <= LONGEST_NAME && !/[\p{Cc}\p{Cs}\ufffd]/u.test(name);
}

/** People whom somebody else has identified, and what their groups may do. */
export class Persons {
  readonly #clock: Pick<Clock, 'wall'>;
  readonly #scopes: GroupScopes;
  readonly #known = new Map<string, Access>();

  constructor(scopes: GroupScopes, clock: Pick<Clock, 'wall'>) {
    this.#scopes = scopes;
    this.#clock = clock;
  }

  /** The same person is the same access for a while, so that each request does not make one. */
  identify(name: string, groups: readonly string[]): Access | Denied {
    if (!isPersonName(name)) return NO_NAME;
    const who = JSON.stringify([name, ...groups]);
    const known = this.#known.get(who);
    const now = this.#clock.wall();
    if (known?.expires !== undefined && now < known.expires - TERM / 2) return known;
    const access = accessOfPerson({ name, groups }, this.#scopes, instant(now + TERM));
    if (access === undefined) return new Denied(signInProblem.noGroup(name), 'HEARTBEAT_FORBIDDEN');
    for (const [oldest] of this.#known) {
      if (this.#known.size < REMEMBERED) break;
      this.#known.delete(oldest);
    }
    this.#known.set(who, access);
    return access;
  }
}

/** @returns undefined if none of the groups may do anything */
export function accessOfPerson(
  { name, groups }: { readonly name: string; readonly groups: readonly string[] },
  scopes: GroupScopes,
  expires: Access['expires'],
): Access | undefined {
  const own = [EVERYBODY, ...groups].flatMap((group) => scopes.get(group) ?? []);
  return own.length === 0 ? undefined : Access.ofPerson(name, own, expires);
}
