import type { BatchSizeThresholds } from '../client/emitter/batch-size.js';
import type { LogFields } from '../ports/logger.js';
import type { NodeOptions } from './node.js';
import type { NotifierEntry, Notifying } from './notifier-list.js';
import type { Seconds } from '../domain/time.js';

export type LogLevel = 'error' | 'warn' | 'info' | 'debug';
export type LogMethod = (event: string, fields?: LogFields) => void;

/**
 * The log's target. With methods, as `console` and winston loggers have them: each is called with a fixed phrase and an
 * object. Without: standard error, one JSON object a line, from `level` on.
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
  /**
   * The directory of the history, which then survives the process. Without it, history is in memory. Only one instance
   * at a time may own it.
   */
  dataDir?: string;
  /** Seconds of silence after which a node misses a heartbeat, unless it has its own timeout. Default 30. */
  timeout?: Seconds;
  /** How long a user stays online after a heal. Default 7. */
  sessionTimeout?: Seconds;
  /** Missed heartbeats in a row without failing. Default 3. */
  maxRetries?: number;
  /** The interval of reminders of failures that last without an acknowledgement. Default: none. */
  remindEvery?: Seconds;
  /** Where people reach the instance in a browser: messages then have a link to their node. Default: none. */
  publicUrl?: string;
  /** Nodes to register when the instance starts, by name. */
  nodes?: Readonly<Record<string, NodeOptions>>;
  /** The notifiers. Without any, and without `channels` in `settings`, alerts go to the log. */
  notifiers?: Iterable<Notifying | NotifierEntry>;
  logger?: LogTarget;
  /** Whether it serves HTTP, and where: by default on 127.0.0.1, port 3519. Port 0 picks a free one. */
  http?: boolean | { readonly port?: number; readonly host?: string };
  /** The most calls at once of an emitter for this instance. Default 4. */
  maxConcurrent?: number;
  /** Nodes in one call of an emitter for this instance. */
  batchSizeThresholds?: BatchSizeThresholds;
  /** Any other setting of a configuration file, with its spelling there: docs/configuration.md. */
  settings?: Readonly<Record<string, unknown>>;
  /**
   * Called when the root supervisor exceeded its restart intensity: nothing is watched any more, and the instance is
   * closed. Without it, that is only logged.
   */
  onFatal?: (error: Error) => void;
}
