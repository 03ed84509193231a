import type { Config } from '../config/schema.js';
import { toMillis } from '../domain/time.js';
import type { ClusterFacts } from './daemon-facts.js';
import type { Logger } from '../ports/logger.js';
import type { Clock } from '../ports/clock.js';
import type { DeclaredNodes } from './declared/declared-nodes.js';
import type { Partition } from './partition.js';
import type { PartitionRun } from './partition-run.js';
import { checkPartition } from './partition-set.js';
import type { Cluster } from './ports.js';
import { checkUserIdKind } from './user-id-kind.js';

/** Of the time to stop, what is waited for others that take the partitions over. */
const SHARE_OF_LEAVING = 0.4;

interface ClusterMemberDeps {
  readonly config: Pick<Config, 'partitions' | 'shutdown_timeout' | 'user_ids'>;
  readonly partitions: readonly Partition[];
  readonly home: Partition;
  readonly clock: Pick<Clock, 'now'>;
  readonly declared: Pick<DeclaredNodes, 'begin' | 'apply'>;
  readonly logger: Logger;
}

/** What a daemon does as a member of a cluster. One that stands alone joins nothing. */
export class ClusterMember {
  readonly #cluster: Cluster | undefined;
  readonly #deps: ClusterMemberDeps;

  constructor(cluster: Cluster | undefined, deps: ClusterMemberDeps) {
    this.#cluster = cluster;
    this.#deps = deps;
  }

  /**
   * @throws NameInUse
   * @throws HeartbeatError if the database is not that of such a cluster
   */
  async join(): Promise<void> {
    await this.#cluster?.partitionSet();
    await this.#cluster?.ownership.join();
  }

  /** Undefined for a daemon that stands alone. */
  facts(): ClusterFacts | undefined {
    if (this.#cluster === undefined) return undefined;
    const { name, ownership } = this.#cluster;
    const { partitions, clock } = this.#deps;
    const { members, owners } = ownership.directory;
    const left = Math.max(0, ownership.validUntil - clock.now());
    return {
      name,
      members: Array.from(members, ([of, { advertise, isLeaving }]) => ({
        name: of,
        advertise,
        isReady: !isLeaving,
        leaseLeft: of === name ? left : undefined,
      })),
      partitions: partitions.map(({ id, run }) => ({
        name: id,
        owner: owners.get(id)?.member,
        epoch: owners.get(id)?.epoch,
        isInDoubt: left === 0,
        isHere: left > 0 && run?.isAnswering === true,
      })),
    };
  }

  /** Gives all partitions away. */
  async leave(): Promise<void> {
    const { shutdown_timeout } = this.#deps.config;
    await this.#cluster?.ownership.leave(toMillis(shutdown_timeout) * SHARE_OF_LEAVING);
  }

  /**
   * Refuses a partition that was opened while the daemon runs, and is not one of its own. Those of a start are checked
   * together.
   *
   * @throws HeartbeatError
   */
  async check(run: PartitionRun): Promise<void> {
    const { partitions, user_ids } = this.#deps.config;
    const set = await this.#cluster?.partitionSet();
    if (set !== undefined) await checkPartition(run, set, partitions);
    await checkUserIdKind([run], user_ids);
  }

  /** A partition is answered for here from now on. What is declared may differ from what the nodes were elsewhere. */
  async arrived(partition: Partition): Promise<void> {
    const { home, declared, logger } = this.#deps;
    if (partition !== home) return;
    try {
      await declared.begin();
      await declared.apply();
    } catch (error) {
      logger.error('declared nodes cannot be applied', { error });
    }
  }
}
