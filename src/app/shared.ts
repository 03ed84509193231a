import type { LimitFunction } from 'p-limit';
import type { CommitMeter } from '../../actors/history/commit-meter.js';
import type { NodeCounts } from '../../actors/node/node-counts.js';
import type { ConfiguredChannels } from '../../actors/notifier/channel/configured-channels.js';
import type { ProbeCounts } from '../../actors/probes/probe-counts.js';
import type { PartsThatHear } from '../../actors/shards/shard-supervisor.js';
import type { UserCounts } from '../../actors/user/user-counts.js';
import type { Config } from '../config/schema.js';
import type { MaintenanceWindow } from '../domain/maintenance.js';
import type { Calendar } from '../ports/calendar.js';
import type { Clock } from '../ports/clock.js';
import type { Logger } from '../ports/logger.js';
import type { ProbeLimits } from '../ports/prober.js';
import type { ActorSystem } from '../runtime/actor-system.js';
import type { OnlineIds } from './online-ids.js';
import type { MemoryGuard } from './memory-guard.js';
import type { SignInRules } from '../../actors/records/sign-ins.js';
import type { Changes } from './events/hub.js';
import type { AppPorts } from './ports.js';

/** What the watchdog knows about hearing everybody. */
export interface Hearing extends PartsThatHear {
  /** Notices a standstill that has just ended, which must not be taken for watched. */
  look(): void;
  /** Whether everybody can be heard, as of the last look. */
  readonly isHearing: boolean;
}

/** What the partitions of a process share. */
export interface Shared {
  readonly config: Config;
  readonly ports: AppPorts;
  readonly system: ActorSystem;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The limits in force. They may change while the daemon runs. */
  readonly limits: Config['limits'];
  /** The maintenance windows in force; likewise. */
  readonly maintenance: { windows: readonly MaintenanceWindow[] };
  /** The limits of probes; likewise. */
  readonly probeLimits: { inForce: ProbeLimits };
  readonly signInRules: SignInRules;
  readonly memory: MemoryGuard;
  readonly counts: UserCounts;
  readonly nodeCounts: NodeCounts;
  readonly probeCounts: ProbeCounts;
  readonly calendar: Calendar;
  readonly channels: ConfiguredChannels;
  readonly meter: CommitMeter;
  readonly online: OnlineIds;
  readonly changes: Changes;
  /** Long reads of all partitions take turns. */
  readonly turns: LimitFunction;
  readonly hearing: Hearing;
  /** Whether one more user may be online. */
  hasRoom(): boolean;
  /** Entries of all partitions that wait for the disk, or are on their way to wait. */
  pending(): number;
}
