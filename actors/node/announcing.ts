import type { Flip } from '../../src/domain/node.js';
import type { ShardIndex } from '../../src/domain/shard.js';
import type { Clock } from '../../src/ports/clock.js';
import type { Logger } from '../../src/ports/logger.js';
import type { NodeEntry } from '../history/history.protocol.js';
import type { Alerting } from '../notifier/alerting.protocol.js';
import type { NodeCounts } from './counts.js';
import { acknowledgementOf, type Known } from './known.js';
import type { NodeActor } from './node.actor.js';

export interface AnnouncingSurroundings {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly alerting: Alerting;
  readonly counts: NodeCounts;
  submit(entry: NodeEntry): void;
}

/** What the notifier hears of the nodes of one shard: each flip, and how those stand who have failed. */
export class Announcing {
  readonly #shard: ShardIndex;
  readonly #around: AnnouncingSurroundings;

  constructor(shard: ShardIndex, around: AnnouncingSurroundings) {
    this.#shard = shard;
    this.#around = around;
  }

  /** The flip and its alerts go to disk together. */
  flip(actor: NodeActor, flip: Flip, known: Known, number: number): void {
    const { alerting, clock, counts, logger } = this.#around;
    counts.flipped(flip, (clock.wall() - flip.at) / 1000);
    let alerts: ReturnType<Alerting['raise']> = [];
    try {
      alerts = alerting.raise({ flip, node: actor.factsOf(known) });
    } catch (error) {
      // The flip is true and goes to disk, whatever is wrong with the telling of it.
      logger.error('an alert could not be raised', { node: flip.node, to: flip.to, error });
    }
    const status = actor.statusOf(known);
    const address = { shard: this.#shard, node: flip.node };
    this.#around.submit({ kind: 'standing', ...address, number, status, flip, alerts });
  }

  /** What was chosen for it has come to the disk, or it was found there. */
  changed(actor: NodeActor): void {
    const { state } = actor;
    if (state.phase === 'unknown' || state.standing.state !== 'failed') return;
    this.#around.alerting.stands(actor.name, {
      node: actor.factsOf(state),
      since: state.standing.since,
      isQuiet: state.registration.pausedAt !== undefined || acknowledgementOf(state) !== undefined,
    });
  }

  departed(actor: NodeActor): void {
    this.#around.alerting.stands(actor.name, undefined);
  }
}
