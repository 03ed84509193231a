import type { Flip } from '../../src/domain/node.js';
import type { KeptPing } from '../../src/domain/ping.js';
import type { ShardIndex } from '../../src/domain/shard.js';
import type { Clock } from '../../src/ports/clock.js';
import type { Logger } from '../../src/ports/logger.js';
import type { NodeEntry } from '../history/history.protocol.js';
import type { Alerting, NodeNews } from '../notifier/notifier.protocol.js';
import type { NodeCounts } from './node-counts.js';
import type { NodeEffect } from './decision.js';
import { AcknowledgementExpiries } from './acknowledgement-expiries.js';
import { acknowledgementOf, isNotifiedAsFailed, type RegisteredNode } from './registered-node.js';
import type { NodeActor } from './node.actor.js';

export interface FlipPublisherDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly alerting: Alerting;
  readonly counts: NodeCounts;
  submit(entry: NodeEntry): void;
}

/** Tells the notifier about the nodes of one shard: each flip, and the status of failed nodes. */
export class FlipPublisher {
  readonly #shard: ShardIndex;
  readonly #deps: FlipPublisherDeps;
  readonly #acknowledgements = new AcknowledgementExpiries<NodeActor>();

  constructor(shard: ShardIndex, deps: FlipPublisherDeps) {
    this.#shard = shard;
    this.#deps = deps;
  }

  /** The flip and its alerts go to disk together. */
  flip(actor: NodeActor, flip: Flip, known: RegisteredNode, number: number, ping?: KeptPing): void {
    const { alerting, clock, counts, logger } = this.#deps;
    counts.flipped(flip, (clock.wall() - flip.at) / 1000);
    let alerts: ReturnType<Alerting['raise']> = [];
    try {
      const isPaused = known.registration.pausedAt !== undefined;
      const at = clock.now() - Math.max(0, clock.wall() - flip.at);
      const silence = actor.heardAt === undefined ? undefined : Math.max(0, at - actor.heardAt);
      alerts = alerting.raise({ flip, node: actor.factsOf(known), silence, isPaused });
    } catch (error) {
      // The flip is a fact and goes to disk, even if raising its alerts failed.
      logger.error('alert could not be raised', { node: flip.node, to: flip.to, error });
    }
    const status = actor.statusOf(known);
    const address = { shard: this.#shard, node: flip.node };
    const pinged = actor.pingedEntry(ping);
    this.#deps.submit({ kind: 'status', ...address, number, status, flip, alerts, ...pinged });
  }

  /**
   * A node is about to be deleted, or its pause to end. Channels must be right afterwards: they are notified that a
   * failure is over which will have no recovery, and of what changed during the pause. See decision 81.
   *
   * @returns alerts to store with the request; they count once it is stored
   */
  prepare(
    actor: NodeActor,
    effect: Extract<NodeEffect, { kind: 'change' | 'forget' }>,
  ): ReturnType<Alerting['prepare']> {
    return this.#newsOf(actor, effect).flatMap((news) => this.#deps.alerting.prepare(news));
  }

  #newsOf(actor: NodeActor, effect: Extract<NodeEffect, { kind: 'change' | 'forget' }>): readonly NodeNews[] {
    const { known } = effect;
    const wasNotified = isNotifiedAsFailed(known);
    if (effect.kind === 'forget') {
      return wasNotified
        ? [{ kind: 'deleted', node: actor.factsOf(known), at: this.#deps.clock.wall() }]
        : [];
    }
    const after = { registration: effect.next, status: known.status };
    const news: NodeNews[] = [];
    if (wasNotified) news.push({ kind: 'rerouted', node: actor.factsOf(known), next: actor.factsOf(after) });
    const isResumed = known.registration.pausedAt !== undefined && effect.next.pausedAt === undefined;
    if (isResumed && isNotifiedAsFailed(after) !== wasNotified)
      news.push({ kind: 'resumed', node: actor.factsOf(after), at: known.status.since });
    return news;
  }

  /** A change is on disk, or was refused. */
  changed(actor: NodeActor, stored: boolean): void {
    this.#deps.alerting.settled(actor.key, stored);
    // A request may be waiting to register it anew.
    if (actor.state.phase === 'unknown') this.departed(actor);
    else this.found(actor);
  }

  /** The status of a failed node: it was found on disk, or something about it changed. */
  found(actor: NodeActor): void {
    const { state } = actor;
    if (state.phase === 'unknown' || state.status.state !== 'failed') return;
    const isPaused = state.registration.pausedAt !== undefined;
    const acknowledged = acknowledgementOf(state, () => this.#deps.clock.wall());
    this.#acknowledgements.set(actor, acknowledged?.until);
    this.#deps.alerting.failureStatus(actor.key, {
      node: actor.factsOf(state),
      since: state.status.since,
      isQuiet: isPaused || acknowledged !== undefined,
      isNotified: isNotifiedAsFailed(state),
    });
  }

  /** Acknowledgements that have ended. @param most nodes in one tick */
  advance(most: number): void {
    if (this.#acknowledgements.size === 0) return;
    const wall = this.#deps.clock.wall();
    for (const actor of this.#acknowledgements.takeEnded(wall, most)) this.found(actor);
  }

  departed(actor: NodeActor): void {
    this.#acknowledgements.set(actor, undefined);
    this.#deps.alerting.failureStatus(actor.key, undefined);
  }
}
