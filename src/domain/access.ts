import type { NodeName } from './node-name.js';
import type { Instant } from './time.js';
import type { UserId } from './user-id.js';

/** What a key may be for. `admin` includes the other two. */
export const SCOPES = ['heal', 'read', 'admin'] as const;

type Scope = (typeof SCOPES)[number];

/** What a call needs. `checkup` is the part of `read` that users may do about themselves. */
export type Permission = Scope | 'checkup';

const INCLUDED: Readonly<Record<Scope, readonly Permission[]>> = {
  heal: ['heal'],
  read: ['read', 'checkup'],
  admin: ['admin', 'heal', 'read', 'checkup'],
};

/** Users from one id to another, both included. */
export interface UserRange {
  readonly from: UserId;
  readonly to: UserId;
}

/** What somebody may touch. What is not said is not limited. */
export interface Reach {
  /** `none` is nobody at all. */
  readonly users?: UserRange | 'none';
  /** The beginnings of the names of nodes, any of which will do: no beginning, no node. */
  readonly nodes?: readonly string[];
}

/** A key as it is configured. The key itself is known to nobody but its owner. */
export interface KeyRule extends Reach {
  readonly name: string;
  /** SHA-256 of the key, in lower-case hex. */
  readonly hash: string;
  readonly scopes: readonly Scope[];
  /** It is worth nothing from then on. */
  readonly expires?: Instant;
  /** Nodes that it may register. */
  readonly maxNodes?: number;
}

/** How many nodes a key may register. */
export interface NodeQuota {
  readonly key: string;
  readonly nodes: number;
}

/** Who asks, and what they may do. */
export class Access {
  /** As the audit log names them. */
  readonly name: string;
  /** Undefined where there is none. */
  readonly nodeQuota: NodeQuota | undefined;
  readonly #permissions: ReadonlySet<Permission>;
  readonly #users: UserRange | 'none' | undefined;
  readonly #nodes: readonly string[] | undefined;

  constructor(name: string, permissions: Iterable<Permission>, reach: Reach = {}, maxNodes?: number) {
    this.name = name;
    this.nodeQuota = maxNodes === undefined ? undefined : { key: name, nodes: maxNodes };
    this.#permissions = new Set(permissions);
    this.#users = reach.users;
    this.#nodes = reach.nodes;
  }

  static ofKey({ name, scopes, maxNodes, ...reach }: KeyRule): Access {
    return new Access(
      name,
      scopes.flatMap((scope) => INCLUDED[scope]),
      reach,
      maxNodes,
    );
  }

  /** Of somebody who speaks for one user, and nobody else. */
  static ofUser(user: UserId): Access {
    return new Access(`user ${user}`, ['heal', 'checkup'], { users: { from: user, to: user }, nodes: [] });
  }

  may(permission: Permission): boolean {
    return this.#permissions.has(permission);
  }

  mayTouchUser(user: UserId): boolean {
    const users = this.#users;
    if (users === undefined) return true;
    if (users === 'none') return false;
    if (users.from === users.to) return users.from === user;
    const id = BigInt(user);
    return BigInt(users.from) <= id && id <= BigInt(users.to);
  }

  mayTouchNode(name: NodeName): boolean {
    return this.#nodes?.some((prefix) => name.startsWith(prefix)) ?? true;
  }

  /** Undefined where no name is out of reach. */
  get nodePrefixes(): readonly string[] | undefined {
    return this.#nodes;
  }
}

/** Whoever asks where no key is configured. */
export const ANYBODY = new Access('anybody', INCLUDED.admin);

/** Of a request about which no rule has decided yet: it may do nothing. */
export const UNDECIDED = new Access('undecided', [], { users: 'none', nodes: [] });

/** Whoever asks without a key where keys are configured. */
export const NOBODY = new Access('nobody', []);
