import type { Millis, Moment } from '../domain/time.js';
import { HeartbeatError } from '../errors.js';

/** What a process that may be replaced by another one knows about it. */
export interface Ownership {
  /**
   * Until then nobody else answers for what this process owns; renewed again and again. From then on it must answer
   * nothing from memory, since another process may know better.
   */
  readonly validUntil: Moment;
}

/** A process of a cluster that is alive, as far as its lease shows. */
export interface ClusterMember {
  /** Where other members reach it. */
  readonly advertise: string;
  /** It gives its partitions away, and gets no more. */
  readonly isLeaving: boolean;
}

export interface PartitionOwner {
  /** The name of a member. */
  readonly member: string;
  /** Greater with each owner of the partition. */
  readonly epoch: number;
}

/** Who is in a cluster and owns what, as it was at a revision. */
export interface ClusterDirectory {
  readonly revision: number;
  /** By name. */
  readonly members: ReadonlyMap<string, ClusterMember>;
  /** By partition. Those without an owner are not in it. */
  readonly owners: ReadonlyMap<string, PartitionOwner>;
}

/** What runs the partitions that this process owns. */
export interface PartitionHost {
  /** The partition is this process's. Resolves once it is answered for here; if it rejects, another attempt follows. */
  takeOver(partition: string, epoch: number): Promise<void>;
  /** Resolves once nothing of it is answered or written here any more. Then another member may have it. */
  handOver(partition: string): Promise<void>;
  /**
   * Another member may own it already. Nothing of it may be answered or written from now on, whether it is being taken
   * over, is here, or is being handed over. It may be taken over again at once.
   */
  lost(partition: string): void;
}

/** Another process has the name of this one. */
export class NameInUse extends HeartbeatError {
  constructor(member: string) {
    super(
      'HEARTBEAT_NAME_IN_USE',
      `another daemon of this cluster has the name ${member}: give each a cluster.name of its own`,
    );
  }
}

/** The share of one member in a cluster whose partitions come and go. */
export interface SharedOwnership extends Ownership {
  readonly directory: ClusterDirectory;
  /**
   * Resolves once this process is a member. It waits for a service that cannot be reached.
   *
   * @throws NameInUse if another process keeps the name
   */
  join(): Promise<void>;
  /**
   * The store of a partition shows a newer owner: the host loses it at once. If it is still this process's, its key is
   * released, and claimed again by the member that is to have it.
   */
  giveUp(partition: string): void;
  /**
   * Gives all partitions away, and leaves the cluster.
   *
   * @param within how long others are waited for that take them over
   */
  leave(within: Millis): Promise<void>;
}
