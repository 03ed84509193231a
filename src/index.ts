/**
 * Heartbeat inside another program: docs/library.md. The daemon itself is the command `heartbeat`.
 */
export { HeartbeatError, type ErrorCode } from './errors.js';
export { Heartbeat, type Setup } from './library/default.js';
export { createHeartbeat, type HeartbeatInstance } from './library/instance.js';
export type { AlertDelivery, AlertDescription, AlertFilter } from './library/alerts.js';
export type { ChangeListener, NodeCallback, UserCallback } from './library/callbacks.js';
export type { Acknowledged, Acknowledgement } from './library/acknowledging.js';
export type { UserIdLike } from './library/arguments.js';
export {
  Node,
  type AdaptiveTimeout,
  type CronSchedule,
  type IntervalSchedule,
  type NodeOptions,
  type NodeSettings,
  type NodeStatus,
} from './library/node.js';
export type { NodeRegistration } from './library/node-registration.js';
export type { BatchResult } from './library/batches.js';
export type { NodeCounts, Nodes } from './library/nodes.js';
export type { FlipsRange, NodeFilter, UptimeRange } from './library/node-filters.js';
export {
  AppriseNotifier,
  type AppriseOptions,
  GoogleChatNotifier,
  GotifyNotifier,
  MatrixNotifier,
  MattermostNotifier,
  MqttNotifier,
  PushoverNotifier,
  type PushoverOptions,
  RedisNotifier,
  RocketChatNotifier,
  SlackNotifier,
  TwilioNotifier,
  type TwilioOptions,
  ZulipNotifier,
  type ZulipOptions,
} from './library/notifiers.js';
export type { Matching, NotifierEntry, NotifierList, Notifying } from './library/notifier-list.js';
export { Emitter, type EmittedNode, type EmitterOptions, type EmitterReport } from './library/emitter.js';
export type { BatchSizeThresholds } from './client/emitter/batch-size.js';
export type { OnProbeFailure } from './client/emitter/emitter.js';
export type { Probe } from './library/probe.js';
export type { HeartbeatOptions, LogLevel, LogMethod, LogTarget } from './library/options.js';
export type {
  CheckedUp,
  CheckupOptions,
  DeviceOfUser,
  DeviceOptions,
  SessionsRange,
  UserChanged,
  UserCounts,
  Users,
  UserSession,
  UserStatus,
} from './library/presence.js';
export type { PauseEnd } from './library/pausing.js';
export type { PingOptions } from './library/pinging.js';
export type {
  OverrideDescription,
  OverrideFilter,
  OverrideOptions,
  RotaDescription,
  Rotas,
  TurnDescription,
} from './library/rotas.js';
export type { SilenceDescription, SilenceFilter, SilenceOptions, Silences } from './library/silences.js';
export type {
  CheckedUser,
  CheckupField,
  OnlineUser,
  UserDescription,
  UserDevice,
} from './library/user-description.js';
export type { UserEvent, UserEventsOptions, UserEventType } from './library/user-events.js';
export type { Stats } from './app/daemon-facts.js';
export type { NodeChanged, NodeDescription, NodeRhythm, NodeUptime } from './library/node-description.js';
export type {
  NodeIncident,
  NodesUptimeReport,
  NodeUptimeReport,
  UptimePeriod,
  UptimeReportFilter,
  UptimeReportRange,
} from './library/uptime-reports.js';
export type { PingDescription } from './library/ping-description.js';
export { Tracker } from './library/tracker.js';
export type { Seconds } from './domain/time.js';
/** What a module that brings its own kind of channel needs, too: `import { BaseNotifier } from '@heartbeatd/heartbeat'`. */
export { BaseNotifier, type AlertNotification } from './library/notification.js';
export { NotifyError, type AlertMessage, type Attempt } from './ports/channel.js';
