import { HeartbeatClient } from './heartbeat-client.js';
import { REAL } from './client-environment.js';
import { settingsOf, type ClientOptions } from './client-options.js';

export type * as Api from './contract/types.js';
export type { AlertsFilter } from './alerts-api.js';
export type { HeartbeatClient } from './heartbeat-client.js';
export { HeartbeatRequestError } from './request-error.js';
export type { EventIterator, EventsOptions, StreamedEvent } from './event-stream.js';
export type { Fetch, FetchAnswer, FetchRequest } from './fetch.js';
export type {
  AcknowledgeOptions,
  FlipsRange,
  NodeSettings,
  NodesFilter,
  PauseOptions,
  RegisterOptions,
  UptimeRange,
  UptimeReportFilter,
  UptimeReportRange,
} from './nodes-api.js';
export type { CallOptions, ClientOptions, Retry } from './client-options.js';
export type { PingAnswer, PingOptions, PingTarget } from './ping-call.js';
export type { CheckupOptions, GoodbyeOptions, HealOptions, RhythmOptions } from './presence-calls.js';
export type { UserDevice } from './user-batch.js';
export type { SilenceOptions, SilencesFilter } from './silences-api.js';
export type { PageOptions } from './lists.js';
export type {
  IncidentOptions,
  IncidentUpdateOptions,
  PutStatusPageOptions,
  StatusPageOptions,
  StatusPageSettings,
} from './status-api.js';
export type { When } from './when.js';

/**
 * Makes a client for servers: all calls of a daemon's API. It needs no package, only `fetch`, and connects when it is
 * used.
 *
 * @throws TypeError if an option is wrong
 */
export function createClient(options: ClientOptions & { readonly ids: 'bigint' }): HeartbeatClient<bigint>;
export function createClient(options: ClientOptions): HeartbeatClient;
export function createClient(options: ClientOptions): HeartbeatClient | HeartbeatClient<bigint> {
  const settings = settingsOf(options);
  return settings.ids === 'bigint'
    ? new HeartbeatClient(settings, REAL, BigInt)
    : new HeartbeatClient(settings, REAL, String);
}
