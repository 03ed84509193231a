import type { BatchSizeThresholds } from '../client/emitter/batch-size.js';
import type { LogFields } from '../ports/logger.js';
import type { NodeOptions } from './node.js';
import type { NotifierEntry, Notifying } from './notifier-list.js';

export type LogLevel = 'error' | 'warn' | 'info' | 'debug';
export type LogMethod = (event: string, fields?: LogFields) => void;

/**
 * Where the log goes. With methods, as `console` and a winston logger have them, to those: each is called with a fixed
 * phrase and an object. Without, to standard error, one JSON object a line, from `level` on.
 */
export interface LogTarget {
  level?: LogLevel | (string & {});
  error?: LogMethod;
  warn?: LogMethod;
  info?: LogMethod;
  debug?: LogMethod;
}

/** All durations are in seconds. */
export interface HeartbeatOptions {
  /** Where history is kept, so that it survives the process. Without it, it is in memory. One instance at a time may own it. */
  dataDir?: string;
  /** How long a node may be silent before it misses a heartbeat, unless it has a timeout of its own. 30 if not given. */
  timeout?: number;
  /** How long a user stays online after a heal. 7 if not given. */
  sessionTimeout?: number;
  /** Missed heartbeats in a row that a node is forgiven. 3 if not given. */
  maxRetries?: number;
  /** Who has failed, stays failed and is acknowledged by nobody is told again this often. Never if not given. */
  remindEvery?: number;
  /** Nodes that are registered when the instance starts, by their names. */
  nodes?: Readonly<Record<string, NodeOptions>>;
  /** Who tells people. Without any, and without `channels` in `settings`, alerts go to the log. */
  notifiers?: Iterable<Notifying | NotifierEntry>;
  logger?: LogTarget;
  /** Whether others reach it by HTTP, and where: by default on 127.0.0.1, port 3519. Port 0 picks a free one. */
  http?: boolean | { readonly port?: number; readonly host?: string };
  /** Calls that an emitter for this instance has under way at once. 4 if not given. */
  maxConcurrent?: number;
  /** Nodes in one call of an emitter for this instance. */
  batchSizeThresholds?: BatchSizeThresholds;
  /** Whatever else a configuration file may hold, as it is spelt there: docs/configuration.md. */
  settings?: Readonly<Record<string, unknown>>;
  /**
   * Told when the root supervisor exceeded its restart intensity: nothing more is watched, and the instance is closed. Without it that
   * is only logged.
   */
  onFatal?: (error: Error) => void;
}
