import { CronCalendar } from '../../src/calendar/cron-calendar.js';
import { decide as decideNode } from '../../actors/node/node.machine.js';
import { NodeCounts } from '../../actors/node/node-counts.js';
import { LocalNodeShards } from '../../actors/node/node-shards.js';
import { UserCounts } from '../../actors/user/user-counts.js';
import { LocalUserShards } from '../../actors/user/user-shards.js';
import { changeFeed } from '../../actors/shards/change-feed.js';
import { decide } from '../../actors/user/user.machine.js';
import type { HistoryEntry } from '../../actors/history/history.protocol.js';
import type { ExitSignal } from '../../actors/supervisor/child-spec.js';
import { ActorSystem } from '../../src/runtime/actor-system.js';
import { RecordingAlerting } from './recording-alerting.js';
import { RecordingLogger } from './recording-logger.js';
import { SimulatedClock } from './simulated-clock.js';

export const TIMEOUT = 7000;
const RESTARTS = { intensity: 20, period: 10 };

/** One shard of users and one of nodes. The test is the watchdog and the disk, so it decides the order of events. */
export class StandaloneShards {
  readonly clock = new SimulatedClock();
  readonly submitted: HistoryEntry[] = [];
  readonly alerting = new RecordingAlerting();
  readonly users: LocalUserShards;
  readonly nodes: LocalNodeShards;

  /** @param expiries the most in one tick */
  constructor({ expiries = 1000, decideUser = decide } = {}) {
    const { clock } = this;
    const logger = new RecordingLogger();
    const system = new ActorSystem(clock, logger);
    const options = { count: 1, mailbox: 1000, expiries, restarts: RESTARTS, blindGrace: 120_000 };
    const submit = (entries: readonly HistoryEntry[]): void => {
      this.submitted.push(...entries);
    };
    const hearing = { partDown: () => undefined, partUp: () => undefined };
    const deps = { system, clock, logger, hearing, submit, hasMemory: () => true };
    this.users = new LocalUserShards(
      { ...options, partitions: 1, timeout: TIMEOUT, devices: 16, decide: decideUser },
      { ...deps, counts: new UserCounts(), changes: changeFeed(), hasRoom: () => true },
    );
    this.nodes = new LocalNodeShards(
      {
        ...options,
        timeout: TIMEOUT,
        maxRetries: 0,
        nodes: 1000,
        autoRegister: true,
        checkpointEvery: 500,
        decide: decideNode,
      },
      {
        ...deps,
        alerting: this.alerting,
        changes: changeFeed(),
        counts: new NodeCounts(),
        calendar: new CronCalendar(),
        pingUuidOf: ({ name }) => `uuid of ${name}`,
        probeChanged: () => undefined,
        look: () => undefined,
        takesCheckpoints: () => true,
      },
    );
    const exitSignal: ExitSignal = { crashed: () => undefined };
    for (const shard of this.users.all) void shard.start(exitSignal, system.place(system, 'users'));
    for (const shard of this.nodes.all) void shard.start(exitSignal, system.place(system, 'nodes'));
    this.nodes.resume(undefined);
  }

  /** The submitted entries of a kind, the last first. */
  submittedLast<Kind extends HistoryEntry['kind']>(
    kind: Kind,
  ): Extract<HistoryEntry, { kind: Kind }> | undefined {
    this.users.flush();
    this.nodes.flush();
    return this.submitted.findLast(
      (entry): entry is Extract<HistoryEntry, { kind: Kind }> => entry.kind === kind,
    );
  }
}
