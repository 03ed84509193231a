import type { AlertRecord } from '../../src/domain/alert.js';
import type { Flip, NodeFacts } from '../../src/domain/node.js';

/** A flip, and the node as it is after it. */
export interface NodeChange {
  readonly flip: Flip;
  readonly node: NodeFacts;
}

/** Decides what a flip is worth telling. The nodes ask it; whoever keeps the outbox answers. */
export interface Alerting {
  /**
   * The records that go to disk together with the flip: new alerts, and earlier ones that it cancels or folds.
   * Synchronous, and called once for each flip, in the order in which flips are submitted to history.
   */
  raise(change: NodeChange): readonly AlertRecord[];

  /** History has stored these, or cannot just now (the disk is full), as `stored` says: they may be delivered from here on. */
  committed(records: readonly AlertRecord[], stored: boolean): void;
}
