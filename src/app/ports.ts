import type { decide as decideNode } from '../../actors/node/node.machine.js';
import type { Alerting, NodeChange } from '../../actors/notifier/notifier.protocol.js';
import type { ExitSignal, RunningChild } from '../../actors/supervisor/child.js';
import type { decide } from '../../actors/user/user.machine.js';
import type { Daemon } from './api.js';
import type { Channel } from '../ports/channel.js';
import type { Clock } from '../ports/clock.js';
import type { HistoryStore } from '../ports/history-store.js';
import type { Logger } from '../ports/logger.js';
import type { Memory } from '../ports/memory.js';
import type { MetricFamily } from '../ports/metrics.js';
import type { PresenceChange } from './presence-watch.js';

/** The world as the daemon finds it. */
export interface AppPorts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly store: HistoryStore;
  /** Where it is not given, memory is somebody else's affair: a library's host, a test. */
  readonly memory?: Memory;
  /** What `GET /supervision` shows of the process. */
  readonly processFacts: () => object;
  /** What `GET /metrics` shows beside what the daemon counts itself. */
  readonly otherMetrics?: () => readonly MetricFamily[];
  /** Starts what lets requests in. */
  readonly gateway: (daemon: Daemon, exitSignal: ExitSignal) => RunningChild | Promise<RunningChild>;
  /** The rules of presence; tests put faults into them. */
  readonly decideUser?: typeof decide;
  /** The rules of liveness, likewise. */
  readonly decideNode?: typeof decideNode;
  /** The ways to tell people. */
  readonly channels?: readonly Channel[];
  /** Who is told of flips, if not the notifier. */
  readonly alerting?: Alerting;
  /** Shown every change of a node's state, as its actor decides it. Whatever it throws is its own affair to catch. */
  readonly flipped?: (change: NodeChange) => void;
  /** Shown who comes online and who goes, likewise. */
  readonly presence?: (change: PresenceChange) => void;
}
