import { moment, type Millis, type Moment } from '../../domain/time.js';
import type { Clock } from '../../ports/clock.js';
import type { Coordination, Lease } from '../../ports/coordination.js';
import { NameInUse } from '../../ports/ownership.js';
import { ask } from './ask.js';
import { memberKey, memberValue, stateOf, type ClusterState } from './cluster-state.js';

/** What is asked for, in seconds. The service may grant more. */
const TTL = 5;
/** A lease counts for less than it lives, since the clocks of two machines do not run alike. */
const MARGIN: Millis = 500;
/**
 * How long the name of a process that died may outlive its lease: the service notices late, and a new leader of the
 * service starts all leases again.
 */
const LATE: Millis = 7_000;

export interface MembershipOptions {
  readonly name: string;
  /** Where other members reach this process. */
  readonly advertise: string;
  readonly clock: Pick<Clock, 'now' | 'after'>;
  readonly coordination: Coordination;
}

/** The lease of this process, and the name that it has in the cluster. Everything that it owns is bound to the lease. */
export class Membership {
  readonly name: string;
  readonly #options: MembershipOptions;
  #lease: Lease | undefined;
  /** The revision that created the key of this member. */
  #entered: number | undefined;
  #isLeaving = false;
  /** Since when another process is known to have the name. */
  #takenSince: Moment | undefined;
  #validUntil = moment(-Infinity);

  constructor(options: MembershipOptions) {
    this.name = options.name;
    this.#options = options;
  }

  get validUntil(): Moment {
    return this.#validUntil;
  }

  /** The lease of this process, once it has its name in the cluster. */
  get lease(): string | undefined {
    return this.#entered === undefined ? undefined : this.#lease?.id;
  }

  get isLeaving(): boolean {
    return this.#isLeaving;
  }

  /**
   * Renews the lease, and gets one first if there is none. A renewal counts only if the state that is read after it was
   * confirmed in the same term: a leader of the service that was replaced and does not know it yet renews leases, too,
   * of which its successor knows nothing. See decision 240.
   *
   * @returns what was read; undefined if this process has no lease, or not its name
   * @throws NameInUse
   * @throws Error if the service cannot be asked
   */
  async renew(): Promise<ClusterState | undefined> {
    const { clock, coordination } = this.#options;
    const lease = (this.#lease ??= await ask(clock, (signal) => coordination.grant(TTL, signal)));
    const sentAt = clock.now();
    const { ttl, term } = await ask(clock, (signal) => coordination.renew(lease.id, signal));
    // What was read meanwhile may have shown that it has ended.
    if (this.#lease !== lease) return undefined;
    if (ttl === 0) {
      this.end();
      return undefined;
    }
    if (this.#entered === undefined && !(await this.#enter(lease))) return undefined;
    const snapshot = await ask(clock, (signal) => coordination.read(signal));
    if (this.#lease !== lease) return undefined;
    if (snapshot.term !== term) throw new Error('the coordination service has another leader');
    const state = stateOf(snapshot);
    if (this.isIn(state)) this.#validUntil = moment(sentAt + ttl - MARGIN);
    else this.end();
    return state;
  }

  async #enter(lease: Lease): Promise<boolean> {
    const { name } = this;
    const { clock, coordination, advertise } = this.#options;
    const key = memberKey(name);
    const value = memberValue({ advertise, isLeaving: this.#isLeaving });
    const condition = { key, created: 0 };
    const change = { key, value, lease: lease.id };
    this.#entered = await ask(clock, (signal) => coordination.commit([condition], [change], signal));
    if (this.#entered === undefined) {
      const { members } = stateOf(await ask(clock, (signal) => coordination.read(signal)));
      const found = members.get(name);
      // An earlier attempt has done it, whose answer was lost.
      if (found?.lease === lease.id) this.#entered = found.created;
      else if (found !== undefined) this.#noticeTaken(lease);
    }
    if (this.#entered !== undefined) this.#takenSince = undefined;
    return this.#entered !== undefined;
  }

  #noticeTaken({ ttl }: Lease): void {
    const now = this.#options.clock.now();
    this.#takenSince ??= now;
    if (now - this.#takenSince < ttl + LATE) return;
    throw new NameInUse(this.name);
  }

  /** Whether this process is a member according to this state, or the state is older than its entry. */
  isIn({ revision, members }: ClusterState): boolean {
    if (this.#entered === undefined) return false;
    return revision < this.#entered || members.get(this.name)?.created === this.#entered;
  }

  /** The lease has ended. The next renewal gets another one. What was answered until now was right. */
  end(): void {
    this.#validUntil = moment(Math.min(this.#validUntil, this.#options.clock.now()));
    this.#lease = undefined;
    this.#entered = undefined;
    this.#takenSince = undefined;
  }

  /** From now on it gets no more partitions. */
  announceLeaving(): void {
    this.#isLeaving = true;
  }

  /** Says in its key that it leaves, if a state does not show it. */
  async act({ members }: ClusterState): Promise<void> {
    const { clock, coordination, advertise } = this.#options;
    const { lease, name } = this;
    const shown = members.get(name);
    if (!this.#isLeaving || lease === undefined) return;
    if (shown?.isLeaving !== false || shown.lease !== lease) return;
    const condition = { key: memberKey(name), created: shown.created };
    const change = { key: memberKey(name), value: memberValue({ advertise, isLeaving: true }), lease };
    await ask(clock, (signal) => coordination.commit([condition], [change], signal));
  }

  /** Ends the lease. If the service cannot be asked, it ends by itself. */
  async revoke(): Promise<void> {
    const { clock, coordination } = this.#options;
    const lease = this.#lease;
    this.end();
    if (lease !== undefined) await ask(clock, (signal) => coordination.revoke(lease.id, signal));
  }
}
