import { toMillis, type Millis, type Seconds } from '../../../src/domain/time.js';
import type { Cancel, Clock } from '../../../src/ports/clock.js';
import type {
  Condition,
  KeyChange,
  KeyState,
  Lease,
  Renewal,
  Snapshot,
} from '../../../src/ports/coordination.js';

/** How often it looks for leases that have ended, so that watchers hear of it. */
const SWEEP: Millis = 100;

/** A coordination service in memory, with the promises of etcd. It ends leases as early as etcd may. */
export class CoordinationService {
  readonly #clock: Pick<Clock, 'now' | 'after'>;
  readonly #keys = new Map<string, KeyState>();
  readonly #leases = new Map<string, { readonly ttl: Millis; endsAt: number }>();
  readonly #watchers = new Set<() => void>();
  #revision = 1;
  #term = 2;
  #granted = 0;
  /** Without a majority it does nothing, and no lease ends. */
  isUp = true;

  constructor(clock: Pick<Clock, 'now' | 'after'>) {
    this.#clock = clock;
    const sweep = (): void => {
      this.#endLeases();
      clock.after(SWEEP, sweep);
    };
    sweep();
  }

  /** The revision that created a key, if it is there at this moment. */
  createdAt(key: string): number | undefined {
    this.#endLeases();
    return this.#keys.get(key)?.created;
  }

  /** Another leader starts all leases again. */
  changeLeader(): void {
    this.#endLeases();
    this.#term++;
    for (const lease of this.#leases.values()) lease.endsAt = this.#clock.now() + lease.ttl;
  }

  stop(): void {
    this.#endLeases();
    this.isUp = false;
  }

  start(): void {
    this.isUp = true;
    this.changeLeader();
  }

  grant(ttl: Seconds): Lease {
    this.#check();
    const id = String(++this.#granted);
    this.#leases.set(id, { ttl: toMillis(ttl), endsAt: this.#clock.now() + toMillis(ttl) });
    return { id, ttl: toMillis(ttl) };
  }

  renew(id: string): Renewal {
    this.#check();
    const lease = this.#leases.get(id);
    if (lease === undefined) return { ttl: 0, term: this.#term };
    lease.endsAt = this.#clock.now() + lease.ttl;
    return { ttl: lease.ttl, term: this.#term };
  }

  /** What a leader that was replaced answers before it knows: the lease lives no longer for it. */
  renewAtFormerLeader(id: string): Renewal {
    return { ttl: this.#leases.get(id)?.ttl ?? 0, term: this.#term - 1 };
  }

  revoke(id: string): void {
    this.#check();
    this.#end(id);
  }

  read(): Snapshot {
    this.#check();
    return { revision: this.#revision, term: this.#term, keys: new Map(this.#keys) };
  }

  commit(conditions: readonly Condition[], changes: readonly KeyChange[]): number | undefined {
    this.#check();
    for (const condition of conditions) {
      const found = this.#keys.get(condition.key);
      if ('created' in condition && (found?.created ?? 0) !== condition.created) return undefined;
      if ('modified' in condition && (found?.modified ?? 0) !== condition.modified) return undefined;
    }
    if (changes.some(({ lease }) => lease !== undefined && !this.#leases.has(lease)))
      throw new Error('requested lease not found');
    this.#revision++;
    for (const { key, value, lease } of changes)
      if (value === undefined) this.#keys.delete(key);
      else {
        const created = this.#keys.get(key)?.created ?? this.#revision;
        this.#keys.set(key, { value, created, modified: this.#revision, lease });
      }
    this.#tellWatchers();
    return this.#revision;
  }

  watch(changed: () => void): Cancel {
    this.#watchers.add(changed);
    return () => {
      this.#watchers.delete(changed);
    };
  }

  #check(): void {
    if (!this.isUp) throw new Error('the service has no leader');
    this.#endLeases();
  }

  #endLeases(): void {
    if (!this.isUp) return;
    for (const [id, { endsAt }] of this.#leases) if (endsAt <= this.#clock.now()) this.#end(id);
  }

  #end(id: string): void {
    if (!this.#leases.delete(id)) return;
    const bound = [...this.#keys].filter(([, { lease }]) => lease === id);
    if (bound.length === 0) return;
    this.#revision++;
    for (const [key] of bound) this.#keys.delete(key);
    this.#tellWatchers();
  }

  #tellWatchers(): void {
    for (const changed of this.#watchers) changed();
  }
}
