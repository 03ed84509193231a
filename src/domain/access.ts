import type { NodeName } from './node-name.js';
import type { Instant } from './time.js';
import { isInteger, type UserId } from './user-id.js';

/** The scopes that a key may have. `admin` includes `heal` and `read`. A key with `ping` has no other scope. */
export const SCOPES = ['heal', 'read', 'admin', 'ping'] as const;

export type Scope = (typeof SCOPES)[number];

/** What a call requires. `checkup` is the part of `read` that a user token has for its own user. */
export type Permission = Scope | 'checkup';

const INCLUDED: Readonly<Record<Scope, readonly Permission[]>> = {
  heal: ['heal'],
  read: ['read', 'checkup'],
  admin: ['admin', 'heal', 'read', 'checkup'],
  ping: ['ping'],
};

/** What members of a group may do, by its name; `*` for everybody who is identified. A person has no key to ping with. */
export type GroupScopes = ReadonlyMap<string, readonly Scope[]>;

/** The group that everybody is in. */
export const EVERYBODY = '*';

/** Which users: a range of integers with both its ends, those whose ids begin with one of some prefixes, one, or none. */
export type UserReach =
  | { readonly from: UserId; readonly to: UserId }
  | { readonly prefixes: readonly string[] }
  | { readonly only: UserId }
  | 'none';

export function isWithin(reach: UserReach, user: UserId): boolean {
  if (reach === 'none') return false;
  if ('only' in reach) return reach.only === user;
  if ('prefixes' in reach) return reach.prefixes.some((prefix) => user.startsWith(prefix));
  return isInteger(user) && BigInt(reach.from) <= BigInt(user) && BigInt(user) <= BigInt(reach.to);
}

/** The users and nodes that a caller may touch. What is left out is not limited. */
export interface Reach {
  readonly users?: UserReach;
  /** Prefixes of node names; a name must begin with one of them. An empty list allows no node. */
  readonly nodes?: readonly string[];
}

/** A configured key. Only its hash is stored. */
export interface KeyRule extends Reach {
  readonly name: string;
  /** SHA-256 of the key, in lower-case hex. */
  readonly hash: string;
  readonly scopes: readonly Scope[];
  /** The key is invalid from this instant on. */
  readonly expires?: Instant;
  /** The number of nodes that this key may register. */
  readonly maxNodes?: number;
  /** Of a ping key: whether a ping of an unknown slug registers a node. */
  readonly create?: boolean;
}

/** A key's limit on the nodes that it registers. */
export interface NodeQuota {
  readonly key: string;
  readonly nodes: number;
}

/** What a user token claims besides its user. */
export interface UserClaims {
  /** The users whose events and checkups it may read; without it, only its own. */
  readonly watch?: readonly UserId[] | 'all' | undefined;
  /** Whether events show the meta of devices. */
  readonly meta?: boolean;
  /** The token is invalid from this instant on. */
  readonly expires?: Instant;
}

/** An authenticated caller and its permissions. */
export class Access {
  /** The caller's name in the audit log. */
  readonly name: string;
  /** Undefined: no quota. */
  readonly nodeQuota: NodeQuota | undefined;
  /** Whether its pings may register nodes. */
  readonly mayCreate: boolean;
  readonly #permissions: ReadonlySet<Permission>;
  readonly #users: UserReach | undefined;
  readonly #nodes: readonly string[] | undefined;
  /** Of a user token: the users that it may watch. */
  readonly #watch: ReadonlySet<UserId> | 'all' | undefined;
  /** Whether it may see the meta of devices. */
  readonly seesMeta: boolean;
  /** What the caller has shown, in words. */
  readonly credential: 'key' | 'user token' | 'sign-in';
  /** Who it is, if somebody else has identified a person. */
  readonly person: string | undefined;
  /** It ends at this instant; undefined if it never does. */
  readonly expires: Instant | undefined;

  constructor(
    name: string,
    permissions: Iterable<Permission>,
    reach: Reach & Pick<KeyRule, 'create'> = {},
    maxNodes?: number,
    { watch, meta = true, expires }: UserClaims = {},
    credential: Access['credential'] = 'key',
    person?: string,
  ) {
    this.name = name;
    this.nodeQuota = maxNodes === undefined ? undefined : { key: name, nodes: maxNodes };
    this.mayCreate = reach.create === true;
    this.#permissions = new Set(permissions);
    this.#users = reach.users;
    this.#nodes = reach.nodes;
    this.#watch = watch === undefined || watch === 'all' ? watch : new Set(watch);
    this.seesMeta = meta;
    this.expires = expires;
    this.credential = credential;
    this.person = person;
  }

  static ofKey({ name, scopes, maxNodes, expires, ...reach }: KeyRule): Access {
    return new Access(
      name,
      scopes.flatMap((scope) => INCLUDED[scope]),
      reach,
      maxNodes,
      expires === undefined ? {} : { expires },
    );
  }

  /** The access of a user token: to heal its own user, and to watch those whom it claims. */
  static ofUser(user: UserId, { watch, meta = false, expires }: UserClaims = {}): Access {
    const reach = { users: { only: user }, nodes: [] };
    const claims = { watch, meta, ...(expires !== undefined && { expires }) };
    return new Access(`user ${user}`, ['heal', 'checkup'], reach, undefined, claims, 'user token');
  }

  /** The access of a person whom a proxy or a provider has identified. */
  static ofPerson(name: string, scopes: readonly Scope[], expires: Instant | undefined): Access {
    const permissions = scopes.flatMap((scope) => INCLUDED[scope]);
    const claims = expires === undefined ? {} : { expires };
    return new Access(`person ${name}`, permissions, {}, undefined, claims, 'sign-in', name);
  }

  /** The same, until then. */
  until(expires: Instant): Access {
    return new Access(
      this.name,
      this.#permissions,
      {
        ...(this.#users !== undefined && { users: this.#users }),
        ...(this.#nodes !== undefined && { nodes: this.#nodes }),
        create: this.mayCreate,
      },
      this.nodeQuota?.nodes,
      {
        watch: this.#watch === 'all' ? 'all' : this.#watch && [...this.#watch],
        meta: this.seesMeta,
        expires,
      },
      this.credential,
      this.person,
    );
  }

  may(permission: Permission): boolean {
    return this.#permissions.has(permission);
  }

  /** What it may do, with what its scopes include. */
  get scopes(): readonly Scope[] {
    return SCOPES.filter((scope) => this.may(scope));
  }

  mayTouchUser(user: UserId): boolean {
    return this.#users === undefined || isWithin(this.#users, user);
  }

  /** For events and checkups. */
  mayWatchUser(user: UserId): boolean {
    const watch = this.#watch;
    return watch === 'all' || (watch?.has(user) ?? false) || this.mayTouchUser(user);
  }

  /** The users whom it watches if it names none; undefined: all whom it may watch. */
  get watched(): readonly UserId[] | undefined {
    const [watch, users] = [this.#watch, this.#users];
    if (watch === undefined) return typeof users === 'object' && 'only' in users ? [users.only] : undefined;
    return watch === 'all' ? undefined : [...watch];
  }

  /** How many users it names that it may watch. */
  get watches(): number {
    const watch = this.#watch;
    return watch === undefined || watch === 'all' ? 0 : watch.size;
  }

  mayTouchNode(name: NodeName): boolean {
    return this.#nodes?.some((prefix) => name.startsWith(prefix)) ?? true;
  }

  /** Undefined: every user is allowed. */
  get userReach(): UserReach | undefined {
    return this.#users;
  }

  /** Undefined: every node name is allowed. */
  get nodePrefixes(): readonly string[] | undefined {
    return this.#nodes;
  }
}

/** Any caller while no key is configured. */
export const ANYBODY = new Access('anybody', INCLUDED.admin);

/** A request before authorization. It may do nothing. */
export const UNDECIDED = new Access('undecided', [], { users: 'none', nodes: [] });

/** A caller without a key while keys are configured. */
export const NOBODY = new Access('nobody', []);
