import type { Millis, Seconds } from '../domain/time.js';
import type { Cancel } from './clock.js';

/** Unless it is renewed in time, a lease ends, and the keys that are bound to it are removed with it. */
export interface Lease {
  readonly id: string;
  /** What the service granted, which may be more than was asked for. */
  readonly ttl: Millis;
}

export interface Renewal {
  /** How long the lease lives from this renewal on, if nothing renews it again; 0 if it has ended. */
  readonly ttl: Millis;
  /** The term of the service's leader, as the server that answered knows it. */
  readonly term: number;
}

export interface KeyState {
  readonly value: string;
  /** The revision that created the key. Another one after it was removed is greater. */
  readonly created: number;
  /** The revision of its last change. */
  readonly modified: number;
  /** The lease that it is bound to, if any. */
  readonly lease: string | undefined;
}

/** All keys as they were at one revision. */
export interface Snapshot {
  readonly revision: number;
  /** The term of the service's leader when it confirmed that this was read from the newest state. */
  readonly term: number;
  readonly keys: ReadonlyMap<string, KeyState>;
}

/** What must be so for a change to happen. 0: there is no such key. */
export type Condition =
  | { readonly key: string; readonly created: number }
  | { readonly key: string; readonly modified: number };

/** What a key is set to. Without a value it is removed. */
export interface KeyChange {
  readonly key: string;
  readonly value?: string;
  /** The lease that the key is bound to, if any. */
  readonly lease?: string;
}

/**
 * A service that all members of a cluster share, such as etcd: a few small keys, of which all see the same, and leases.
 * Every call rejects when it is aborted or the service cannot be asked. What was asked may happen all the same, even
 * later.
 */
export interface Coordination {
  grant(ttl: Seconds, signal: AbortSignal): Promise<Lease>;
  /** The time to live counts from some moment between this call and its answer. */
  renew(lease: string, signal: AbortSignal): Promise<Renewal>;
  /** Ends the lease, and removes its keys. */
  revoke(lease: string, signal: AbortSignal): Promise<void>;
  /** Everything that was committed before this call is in it. */
  read(signal: AbortSignal): Promise<Snapshot>;
  /**
   * All changes at once, if all conditions hold.
   *
   * @returns the revision that it made; undefined if a condition did not hold
   */
  commit(
    conditions: readonly Condition[],
    changes: readonly KeyChange[],
    signal: AbortSignal,
  ): Promise<number | undefined>;
  /** Calls `changed` soon after changes, and whenever some may have been missed. It is a hint: read what there is. */
  watch(changed: () => void): Cancel;
  /** Closes its connections. */
  close(): Promise<void>;
}
