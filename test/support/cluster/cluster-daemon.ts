import type { UserCommand, UserReply } from '../../../actors/user/user.protocol.js';
import { LeasedOwnership } from '../../../src/adapters/ownership/leased-ownership.js';
import { App } from '../../../src/app.js';
import type { Declaration } from '../../../src/domain/declaration.js';
import type { UserId } from '../../../src/domain/user-id.js';
import type { Channel } from '../../../src/ports/channel.js';
import type { PartitionHost, SharedOwnership } from '../../../src/ports/ownership.js';
import { PARTITION_IDS, PARTITIONS } from '../four-partitions.js';
import { RecordingLogger } from '../recording-logger.js';
import { configOf } from '../simulated-app.js';
import { SimulatedClock } from '../simulated-clock.js';
import { CoordinationService } from './coordination-service.js';
import { FencedStores } from './fenced-stores.js';
import { Link } from './link.js';
import { Severable } from './severable.js';
import { SimulatedProcess } from './simulated-process.js';

/** The partitions of a cluster in a test are of one set. */
const SET = '6d1f3c58-6c1b-4c9e-9a53-0b1f6ad0a6d1';

/** What the daemons of a cluster share. */
export class ClusterWorld {
  readonly clock = new SimulatedClock();
  readonly service = new CoordinationService(this.clock);
  readonly stores = new FencedStores();

  daemon(name: string, options: ClusterDaemonOptions = {}): ClusterDaemon {
    return new ClusterDaemon(name, this, options);
  }

  /** Somebody ends the lease of a daemon. */
  endLease({ name }: ClusterDaemon): void {
    this.service.revoke(this.service.read().keys.get(`members/${name}`)?.lease ?? '');
  }

  /** Waits until `look` no longer throws. */
  async eventually(look: () => void): Promise<void> {
    for (let passed = 0; ; passed += 100) {
      try {
        look();
        return;
      } catch (error) {
        if (passed > 120_000) throw error;
      }
      await this.clock.advance(100);
    }
  }

  /** Lets as much time pass as it takes. */
  async done<Result>(work: Promise<Result>): Promise<Result> {
    const progress = { isDone: false };
    const outcome = work.finally(() => {
      progress.isDone = true;
    });
    outcome.catch(() => undefined);
    for (let passed = 0; !progress.isDone && passed < 120_000; passed += 100) await this.clock.advance(100);
    return outcome;
  }
}

export interface ClusterDaemonOptions {
  readonly channels?: readonly Channel[];
  readonly declaration?: Declaration;
  /** In place of leases. */
  readonly ownership?: SharedOwnership;
  readonly set?: string;
}

/** A daemon of a cluster, except HTTP, with a clock and a network of its own. */
export class ClusterDaemon {
  readonly name: string;
  readonly process: SimulatedProcess;
  readonly app: App;
  readonly ownership: SharedOwnership;
  readonly logger = new RecordingLogger();
  readonly #world: ClusterWorld;
  readonly #link: Severable;

  constructor(
    name: string,
    world: ClusterWorld,
    { channels, declaration, ownership, set = SET }: ClusterDaemonOptions,
  ) {
    this.name = name;
    this.#world = world;
    this.process = new SimulatedProcess(world.clock);
    this.#link = new Severable(
      new Link(world.service, world.clock, this.process, () => ({ there: 2, back: 2 })),
    );
    const host: PartitionHost = {
      takeOver: (id) => this.app.takeOver(id),
      handOver: (id) => this.app.handOver(id),
      lost: (id) => {
        this.app.lost(id);
      },
    };
    this.ownership =
      ownership ??
      new LeasedOwnership({
        name,
        advertise: `http://${name}:3520`,
        partitions: PARTITION_IDS,
        host,
        coordination: this.#link,
        clock: this.process,
        logger: this.logger,
        refused: () => undefined,
      });
    this.app = new App(configOf({ '--shards': '4', '--partitions': String(PARTITIONS) }), {
      clock: this.process,
      logger: this.logger,
      storeOf: (partition) => world.stores.of(partition, (id) => this.ownership.giveUp(id)),
      ownership: this.ownership,
      cluster: { name, ownership: this.ownership, partitionSet: () => Promise.resolve(set) },
      processFacts: () => ({}),
      gateway: () => ({ stop: () => Promise.resolve(), inspect: () => ({}) }),
      ...(channels !== undefined && { channels }),
      ...(declaration !== undefined && { declaration }),
    });
    this.app.onFatal = (error) => {
      throw error;
    };
  }

  /** From now on it reaches the coordination service no more, or again. */
  cut(isCut: boolean): void {
    this.#link.isCut = isCut;
  }

  /** Asks all at once. @returns the replies of those who were answered, once everything has settled */
  async ask(
    kind: UserCommand['kind'],
    users: readonly UserId[],
  ): Promise<readonly (UserReply | undefined)[]> {
    const replies = this.askNow(kind, users);
    await this.#world.clock.settle();
    return replies;
  }

  /** Asks all at once. @returns what is filled with their replies */
  askNow(kind: UserCommand['kind'], users: readonly UserId[]): readonly (UserReply | undefined)[] {
    const replies = users.map((): UserReply | undefined => undefined);
    users.forEach((user, index) => {
      this.app.users.ask(kind, user, (reply) => {
        replies[index] = reply;
      });
    });
    return replies;
  }
}
