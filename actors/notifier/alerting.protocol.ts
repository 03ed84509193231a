import type { AlertRecord } from '../../src/domain/alert.js';
import type { NodeName } from '../../src/domain/node-name.js';
import type { Flip, NodeFacts } from '../../src/domain/node.js';
import type { Instant, Millis } from '../../src/domain/time.js';

/** A flip, and the node as it is after it. */
export interface NodeChange {
  readonly flip: Flip;
  readonly node: NodeFacts;
  /** Since its last heartbeat, by the clock that does not jump; undefined where that came in an earlier run. */
  readonly silence?: Millis | undefined;
  /** It is paused: nobody is told. */
  readonly isPaused: boolean;
}

/** Something that somebody asked for, and of which channels are told that know of a failure of the node. */
export type NodeNews =
  | {
      /**
       * `deleted`: it had failed, and is gone. `resumed`: its pause is over, and it has failed meanwhile, or has
       * recovered from the failure that it had before.
       */
      readonly kind: 'deleted' | 'resumed';
      /** As it is then, or was last. */
      readonly node: NodeFacts;
      readonly at: Instant;
    }
  | {
      /** It has failed, and gets settings by which its alerts may go to other channels. */
      readonly kind: 'rerouted';
      /** As channels know it. */
      readonly node: NodeFacts;
      readonly next: NodeFacts;
    };

/** A node that has failed. */
export interface FailedStanding {
  readonly node: NodeFacts;
  readonly since: Instant;
  /** It is acknowledged, or paused. */
  readonly isQuiet: boolean;
  /** Channels know of it. What failed while it was paused they do not. */
  readonly isTold: boolean;
}

/** Decides what a flip is worth telling. The nodes ask it; whoever keeps the outbox answers. */
export interface Alerting {
  /**
   * The records that go to disk together with the flip: new alerts, and earlier ones that it cancels or folds.
   * Synchronous, and called once for each flip, in the order in which flips are submitted to history.
   */
  raise(change: NodeChange): readonly AlertRecord[];

  /**
   * The records that go to disk with what somebody asked for. It may still be refused: they count from `settled` on,
   * and not at all if it was.
   */
  prepare(news: NodeNews): readonly AlertRecord[];

  /** What somebody asked for of a node is on disk, or was refused. */
  settled(node: NodeName, stored: boolean): void;

  /**
   * How a node stands that has failed: after a restart, and when something about it has changed. Undefined when it is
   * not there any more.
   */
  stands(node: NodeName, standing: FailedStanding | undefined): void;

  /** History has stored these, or cannot just now (the disk is full), as `stored` says: they may be delivered from here on. */
  committed(records: readonly AlertRecord[], stored: boolean): void;
}
