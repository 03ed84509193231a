import type { Millis, Moment } from '../../domain/time.js';
import { HeartbeatError } from '../../errors.js';
import type { Cancel, Clock } from '../../ports/clock.js';
import type { Coordination } from '../../ports/coordination.js';
import type { Logger } from '../../ports/logger.js';
import {
  NameInUse,
  type ClusterDirectory,
  type PartitionHost,
  type SharedOwnership,
} from '../../ports/ownership.js';
import { ask } from './ask.js';
import { Claims } from './claims.js';
import { NOTHING_KNOWN, stateOf, stayingMembers, type ClusterState } from './cluster-state.js';
import { Leadership } from './leadership.js';
import { Membership } from './membership.js';

/** From one renewal to the next. */
const EVERY: Millis = 1_000;
/** The same after one that failed. */
const RETRY: Millis = 200;

export interface LeasedOwnershipOptions {
  /** Of this process; no other one of the cluster has it. */
  readonly name: string;
  /** Where other members reach it. */
  readonly advertise: string;
  /** All partitions of the cluster. */
  readonly partitions: readonly string[];
  readonly host: PartitionHost;
  readonly coordination: Coordination;
  readonly clock: Pick<Clock, 'now' | 'after'>;
  readonly logger: Pick<Logger, 'info' | 'warn' | 'error' | 'debug'>;
  /** Another process has the name, after this one had been a member: it must end. */
  readonly refused: (error: NameInUse) => void;
}

/**
 * Ownership by leases of a coordination service. Each member has a lease, and a key under its name; each partition that
 * it owns has a key bound to the same lease, whose revision is the epoch. One member assigns the partitions to all.
 * Everything is read with each renewal; changes that are announced between are read at once. See decision 240.
 */
export class LeasedOwnership implements SharedOwnership {
  readonly #options: LeasedOwnershipOptions;
  readonly #membership: Membership;
  readonly #leadership: Leadership;
  readonly #claims: Claims;
  readonly #look: () => void;
  readonly #act: () => void;
  #state: ClusterState = NOTHING_KNOWN;
  #joining: { readonly resolve: () => void; readonly reject: (error: Error) => void } | undefined;
  #keeping: Promise<void> | undefined;
  #unwatch: Cancel | undefined;
  #endPause: (() => void) | undefined;
  #hasGoneEmpty: (() => void) | undefined;
  #hasStopped = false;
  /** Logged once, not each second. */
  #isFailing = false;

  constructor(options: LeasedOwnershipOptions) {
    this.#options = options;
    const { clock, coordination, logger, host, partitions } = options;
    this.#look = oneAtATime(() => this.#lookOnce());
    this.#act = oneAtATime(() => this.#actOnce());
    this.#membership = new Membership(options);
    const shared = { membership: this.#membership, clock, coordination, due: this.#act };
    this.#leadership = new Leadership({ ...shared, partitions });
    this.#claims = new Claims({ ...shared, host, logger });
  }

  get validUntil(): Moment {
    return this.#membership.validUntil;
  }

  get directory(): ClusterDirectory {
    return this.#state;
  }

  join(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#joining = { resolve, reject };
      this.#unwatch = this.#options.coordination.watch(this.#look);
      this.#keeping = this.#keep();
    });
  }

  giveUp(partition: string): void {
    this.#claims.giveUp(partition);
  }

  async leave(within: Millis): Promise<void> {
    const { clock, coordination, logger } = this.#options;
    this.#membership.announceLeaving();
    this.#look();
    await new Promise<void>((resolve) => {
      const cancel = clock.after(within, resolve);
      this.#hasGoneEmpty = () => {
        cancel();
        resolve();
      };
      this.#noticeEmpty();
    });
    await this.#claims.giveAllAway();
    this.#stop();
    await this.#keeping;
    await this.#membership.revoke().catch((error: unknown) => {
      logger.debug('the lease could not be ended, and ends by itself', { error });
    });
    await coordination.close();
  }

  #stop(): void {
    this.#hasStopped = true;
    this.#unwatch?.();
    this.#leadership.stop();
    this.#endPause?.();
    this.#joining?.reject(new HeartbeatError('HEARTBEAT_NOT_READY', 'left before it had joined the cluster'));
    this.#joining = undefined;
  }

  async #keep(): Promise<void> {
    const { clock } = this.#options;
    while (!this.#hasStopped) {
      const startedAt = clock.now();
      const pause = (await this.#renew()) ? EVERY - (clock.now() - startedAt) : RETRY;
      await this.#pause(Math.max(0, pause));
    }
  }

  /** Ends early if this process leaves. */
  #pause(time: Millis): Promise<void> {
    if (this.#hasStopped) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(time, resolve);
      this.#endPause = () => {
        cancel();
        resolve();
      };
    });
  }

  /** @returns whether the lease is renewed */
  async #renew(): Promise<boolean> {
    const { logger } = this.#options;
    const { lease } = this.#membership;
    try {
      const state = await this.#membership.renew();
      if (lease !== undefined && this.#membership.lease !== lease) this.#loseAll();
      if (state !== undefined) this.#see(state);
      if (this.#isFailing) logger.info('the lease of this process is renewed again');
      this.#isFailing = false;
      return state !== undefined;
    } catch (error) {
      if (error instanceof NameInUse) this.#refuse(error);
      else if (!this.#isFailing) logger.warn('the lease of this process could not be renewed', { error });
      this.#isFailing = true;
      return false;
    }
  }

  #refuse(error: NameInUse): void {
    const joining = this.#joining;
    this.#joining = undefined;
    this.#stop();
    if (joining !== undefined) joining.reject(error);
    else this.#options.refused(error);
  }

  async #lookOnce(): Promise<void> {
    const { clock, coordination, logger } = this.#options;
    if (this.#hasStopped) return;
    try {
      this.#see(stateOf(await ask(clock, (signal) => coordination.read(signal))));
    } catch (error) {
      logger.debug('the coordination service could not be read', { error });
    }
  }

  #see(state: ClusterState): void {
    if (state.revision < this.#state.revision) return;
    this.#state = state;
    if (this.#membership.lease === undefined) return;
    if (!this.#membership.isIn(state)) {
      this.#membership.end();
      this.#loseAll();
      return;
    }
    this.#joining?.resolve();
    this.#joining = undefined;
    this.#leadership.see(state);
    this.#claims.see(state);
    this.#act();
  }

  #loseAll(): void {
    this.#options.logger.warn('the lease of this process has ended: it owns nothing');
    this.#state = NOTHING_KNOWN;
    this.#claims.loseAll();
    this.#noticeEmpty();
  }

  async #actOnce(): Promise<void> {
    const { logger } = this.#options;
    if (this.#hasStopped) return;
    try {
      await this.#membership.act(this.#state);
      await this.#leadership.act(this.#state);
      await this.#claims.act(this.#state);
    } catch (error) {
      logger.debug('the coordination service could not be asked', { error });
    }
    this.#noticeEmpty();
  }

  /** A member that leaves is done once nothing is left, or nobody who could take it. */
  #noticeEmpty(): void {
    const isAlone = stayingMembers(this.#state).every((name) => name === this.#options.name);
    if (this.#claims.size === 0 || isAlone) this.#hasGoneEmpty?.();
  }
}

/** Calls that come while one is under way are one more call after it. */
function oneAtATime(work: () => Promise<void>): () => void {
  let isRunning = false;
  let isDue = false;
  const run = (): void => {
    isDue = isRunning;
    if (isRunning) return;
    isRunning = true;
    void work().finally(() => {
      isRunning = false;
      if (isDue) run();
    });
  };
  return run;
}
