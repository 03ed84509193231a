import type { UserReply } from '../../actors/user/user.protocol.js';
import type { UserId } from '../../src/domain/user-id.js';
import { partitionHolding } from './partitions.js';
import { user } from './ids.js';
import { SimulatedApp, type SimulationOptions } from './simulated-app.js';

export const PARTITIONS = 4;
export const PARTITION_IDS = ['users-0', 'users-1', 'users-2', 'users-3', 'watch'];
/** Every partition has several of them. */
export const USERS = Array.from({ length: 40 }, (_, index) => user(index));
export const ONLINE = { kind: 'online' };
export const REFUSED = { kind: 'refused', code: 'HEARTBEAT_NOT_READY' };

/** A daemon with four partitions of users, whatever TEST_PARTITIONS says. */
export class FourPartitions extends SimulatedApp {
  constructor({ flags, ...options }: SimulationOptions) {
    super({ ...options, flags: { '--partitions': String(PARTITIONS), ...flags } });
  }

  static override async start(options: SimulationOptions = {}): Promise<FourPartitions> {
    const daemon = new FourPartitions(options);
    await daemon.app.start();
    return daemon;
  }

  /** Asks all at once, and lets everything settle. */
  async askAll(kind: 'heal' | 'checkup', users: readonly UserId[]): Promise<readonly UserReply[]> {
    let replies: readonly UserReply[] = [];
    this.app.users.askMany(kind, users, (all) => {
      replies = all;
    });
    await this.clock.settle();
    return replies;
  }

  handOver(id: string): Promise<void> {
    return this.done(this.app.handOver(id));
  }

  takeOver(id: string): Promise<void> {
    return this.done(this.app.takeOver(id));
  }

  /** Lets as much time pass as it takes. */
  async done<Result>(work: Promise<Result>): Promise<Result> {
    const progress = { isDone: false };
    const outcome = work.finally(() => {
      progress.isDone = true;
    });
    outcome.catch(() => undefined);
    for (let step = 0; step < 1000 && !progress.isDone; step++) await this.clock.advance(1);
    if (!progress.isDone) throw new Error('it did not end within a second');
    return outcome;
  }

  /** How many actors run. */
  async running(): Promise<number> {
    return (await this.app.facts()).actors.running;
  }
}

/** The partition of a user. */
export function holding(each: UserId): string {
  return partitionHolding(each, PARTITIONS) ?? '';
}

/** The same reply for each. */
export function times(users: readonly UserId[], reply: object): readonly object[] {
  return users.map(() => reply);
}
