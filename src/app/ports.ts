import type { decide as decideNode } from '../../actors/node/node.machine.js';
import type { Alerting, NodeChange } from '../../actors/notifier/notifier.protocol.js';
import type { ExitSignal, RunningChild } from '../../actors/supervisor/child-spec.js';
import type { decide } from '../../actors/user/user.machine.js';
import type { Daemon } from './api/daemon.js';
import type { Declaration } from '../domain/declaration.js';
import type { MaintenanceWindow } from '../domain/maintenance.js';
import type { Rota } from '../domain/rota.js';
import type { Channel } from '../ports/channel.js';
import type { Clock } from '../ports/clock.js';
import type { ConfigurationSource } from '../ports/configuration.js';
import type { PreviewChannel } from '../ports/message-preview.js';
import type { HistoryStore } from '../ports/history-store.js';
import type { Logger } from '../ports/logger.js';
import type { Memory } from '../ports/memory.js';
import type { MetricFamily } from '../ports/metrics.js';
import type { Ownership, SharedOwnership } from '../ports/ownership.js';
import type { ProbeLimits, StartProber } from '../ports/prober.js';
import type { PresenceChange } from './presence-change.js';

/** The cluster that a daemon is a member of. */
export interface Cluster {
  /** Of this daemon. */
  readonly name: string;
  readonly ownership: SharedOwnership;
  /** The id of the partitions that were made together, which all members share. */
  partitionSet(): Promise<string>;
}

/** The daemon's ports. */
export interface AppPorts {
  readonly clock: Clock;
  readonly logger: Logger;
  /** The store of a partition; of the only one if it has no id. */
  readonly storeOf: (partition: string | undefined) => HistoryStore;
  /** Whether to go on without what a lost partition held. */
  readonly acceptsDataLoss?: boolean;
  /** Of all partitions that are here. */
  readonly ownership: Ownership;
  /** If present, the ownership is its. The daemon starts without partitions, joins it, and has those that it assigns. */
  readonly cluster?: Cluster;
  /** If absent, memory is not the daemon's to watch: in a library's host, or a test. */
  readonly memory?: Memory;
  /** Process data for `GET /supervision`. */
  readonly processFacts: () => object;
  /** Metrics besides the daemon's own. */
  readonly otherMetrics?: () => readonly MetricFamily[];
  /** Starts the HTTP listener. */
  readonly gateway: (daemon: Daemon, exitSignal: ExitSignal) => RunningChild | Promise<RunningChild>;
  /** The rules of presence; tests inject faults. */
  readonly decideUser?: typeof decide;
  /** The rules of liveness; likewise. */
  readonly decideNode?: typeof decideNode;
  /** The channels for alerts. */
  readonly channels?: readonly Channel[];
  /** Starts what runs the probes of nodes. If absent, none is probed. */
  readonly startProber?: StartProber;
  /** What limits probes at the start; by default what the configuration says, without certificates of its own. */
  readonly probeLimits?: ProbeLimits;
  /** The maintenance windows at the start. */
  readonly maintenance?: readonly MaintenanceWindow[];
  /** The declared nodes at the start. */
  readonly declaration?: Declaration;
  /** Where the configuration comes from, if it can be read again. */
  readonly configuration?: ConfigurationSource;
  /** Previews what channels send. If absent, nothing is known of it: a program made them. */
  readonly previewChannel?: PreviewChannel;
  /** The rotas at the start. */
  readonly rotas?: readonly Rota[];
  /** Receives flips instead of the notifier. */
  readonly alerting?: Alerting;
  /** Gets every change of a node's state when its actor decides it. Must not throw. */
  readonly flipped?: (change: NodeChange) => void;
  /** Gets users who come online or go offline; likewise. */
  readonly presence?: (change: PresenceChange) => void;
}
