import { moment, type Millis, type Moment } from '../../domain/time.js';
import type { Clock } from '../../ports/clock.js';
import type { Condition, Coordination, KeyChange } from '../../ports/coordination.js';
import type { Logger } from '../../ports/logger.js';
import type { PartitionHost } from '../../ports/ownership.js';
import { ask } from './ask.js';
import { ownerKey, type ClusterState } from './cluster-state.js';
import type { Membership } from './membership.js';

/** Take-overs at once: reading more partitions at a time would starve everything else, the renewals too. */
const TAKE_OVERS = 2;
/** How long a partition is left alone whose take-over has failed here. */
const AFTER_FAILURE: Millis = 5_000;

export interface ClaimsOptions {
  readonly membership: Membership;
  readonly host: PartitionHost;
  readonly clock: Pick<Clock, 'now' | 'after'>;
  readonly coordination: Coordination;
  readonly logger: Pick<Logger, 'warn' | 'error'>;
  /** Called when there may be something to do that no change announces. */
  readonly due: () => void;
}

/** A partition whose key this process has created. */
interface Claim {
  readonly epoch: number;
  phase: 'taking-over' | 'here' | 'handing-over' | 'released';
  /** Resolves once it is given away. */
  handedOver?: Promise<void>;
}

/** What this process owns: it claims what is assigned to it, and gives away what is not. */
export class Claims {
  readonly #options: ClaimsOptions;
  readonly #held = new Map<string, Claim>();
  /** Until when a partition is not claimed. */
  readonly #avoided = new Map<string, Moment>();
  /** The greatest epoch of a partition that was to be released. Such a key is never used again: it may go at any time. */
  readonly #released = new Map<string, number>();
  /** The revision of the last change made here. An older state does not show it. */
  #changedAt = 0;

  constructor(options: ClaimsOptions) {
    this.#options = options;
  }

  /** Partitions whose key may still be this process's. */
  get size(): number {
    return this.#held.size;
  }

  /**
   * Drops what another process may own. A state that is older than a claim says nothing about it: a daemon that believed
   * one dropped what it had just won.
   */
  see({ revision, owners }: ClusterState): void {
    for (const [partition, { epoch }] of this.#held)
      if (revision >= epoch && owners.get(partition)?.epoch !== epoch) this.#lose(partition);
  }

  /** The lease has ended, and all keys with it. */
  loseAll(): void {
    for (const partition of [...this.#held.keys()]) this.#lose(partition);
    this.#released.clear();
    this.#changedAt = 0;
  }

  #lose(partition: string): void {
    const claim = this.#held.get(partition);
    this.#held.delete(partition);
    // Of one that is released, nothing runs here any more.
    if (claim?.phase !== 'released') this.#options.host.lost(partition);
  }

  /** Does what a state calls for. Not called again before it has resolved. */
  async act(state: ClusterState): Promise<void> {
    const { lease, name } = this.#options.membership;
    if (lease === undefined || state.revision < this.#changedAt) return;
    for (const [partition, owner] of state.owners)
      if (owner.lease === lease && !this.#held.has(partition))
        await this.#findOwn(partition, owner.epoch, state);
    this.#giveOneAway(state);
    for (const [partition, member] of state.assignment)
      if (member === name && !state.owners.has(partition) && this.#mayTake(partition))
        await this.#claim(partition, lease);
  }

  #mayTake(partition: string): boolean {
    const { membership, clock } = this.#options;
    const takeOvers = [...this.#held.values()].filter(({ phase }) => phase === 'taking-over').length;
    return (
      takeOvers < TAKE_OVERS &&
      !membership.isLeaving &&
      !this.#held.has(partition) &&
      (this.#avoided.get(partition) ?? -Infinity) <= clock.now()
    );
  }

  async #claim(partition: string, lease: string): Promise<void> {
    const { membership } = this.#options;
    const key = ownerKey(partition);
    const epoch = await this.#commit({ key, created: 0 }, { key, value: membership.name, lease });
    // If the lease has ended meanwhile, the key has gone with it; a member that leaves ends its lease soon.
    if (epoch !== undefined && membership.lease === lease && !membership.isLeaving)
      this.#takeOver(partition, epoch);
  }

  /** The key of a claim or a release whose answer was lost. */
  async #findOwn(partition: string, epoch: number, { assignment }: ClusterState): Promise<void> {
    const isAssigned = assignment.get(partition) === this.#options.membership.name;
    const isUsable = epoch > (this.#released.get(partition) ?? -Infinity);
    if (isAssigned && isUsable && this.#mayTake(partition)) {
      this.#takeOver(partition, epoch);
      return;
    }
    const claim: Claim = { epoch, phase: 'released' };
    this.#held.set(partition, claim);
    await this.#release(partition, claim);
  }

  #takeOver(partition: string, epoch: number): void {
    const { host, logger, clock, due } = this.#options;
    const claim: Claim = { epoch, phase: 'taking-over' };
    this.#held.set(partition, claim);
    host.takeOver(partition, epoch).then(
      () => {
        if (claim.phase === 'taking-over') claim.phase = 'here';
        due();
      },
      (error: unknown) => {
        if (this.#held.get(partition) !== claim || claim.phase !== 'taking-over') return;
        logger.error('a partition could not be taken over', { partition, error });
        this.#avoided.set(partition, moment(clock.now() + AFTER_FAILURE));
        void this.#release(partition, claim);
      },
    );
  }

  /**
   * One at a time, and only when its new owner has taken the last one: so each is away for the time of one take-over, and
   * requests for it can wait.
   */
  #giveOneAway({ assignment, owners, members }: ClusterState): void {
    const { name } = this.#options.membership;
    if ([...this.#held.values()].some(({ phase }) => phase === 'handing-over' || phase === 'released'))
      return;
    for (const [partition, claim] of this.#held) {
      const member = assignment.get(partition);
      if (claim.phase !== 'here' || member === undefined || member === name) continue;
      const isExpected = members.get(member)?.isLeaving === false;
      const hasBacklog = [...assignment].some(([each, of]) => of === member && !owners.has(each));
      if (!isExpected || hasBacklog) continue;
      claim.handedOver = this.#handOver(partition, claim);
      return;
    }
  }

  giveUp(partition: string): void {
    const { host, clock } = this.#options;
    const claim = this.#held.get(partition);
    if (claim === undefined || claim.phase === 'released') return;
    host.lost(partition);
    this.#avoided.set(partition, moment(clock.now() + AFTER_FAILURE));
    void this.#release(partition, claim);
  }

  /** Gives all away, whether somebody takes them or not. */
  async giveAllAway(): Promise<void> {
    for (const [partition, claim] of [...this.#held])
      if (claim.phase !== 'released') await (claim.handedOver ??= this.#handOver(partition, claim));
  }

  async #handOver(partition: string, claim: Claim): Promise<void> {
    const { host, logger } = this.#options;
    claim.phase = 'handing-over';
    try {
      await host.handOver(partition);
    } catch (error) {
      logger.error('a partition could not be handed over in order', { partition, error });
    }
    if (this.#held.get(partition) === claim) await this.#release(partition, claim);
  }

  /** Removes the key. Nothing of the partition runs here any more. */
  async #release(partition: string, claim: Claim): Promise<void> {
    const { logger, due } = this.#options;
    claim.phase = 'released';
    this.#released.set(partition, claim.epoch);
    const key = ownerKey(partition);
    try {
      await this.#commit({ key, created: claim.epoch }, { key });
    } catch (error) {
      logger.warn('the key of a partition could not be removed yet', { partition, error });
    }
    if (this.#held.get(partition) === claim) this.#held.delete(partition);
    due();
  }

  async #commit(condition: Condition, change: KeyChange): Promise<number | undefined> {
    const { clock, coordination } = this.#options;
    const revision = await ask(clock, (signal) => coordination.commit([condition], [change], signal));
    if (revision !== undefined) this.#changedAt = Math.max(this.#changedAt, revision);
    return revision;
  }
}
