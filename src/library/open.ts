import type { NodeChange } from '../../actors/notifier/alerting.protocol.js';
import { makeChannels } from '../adapters/channels/make.js';
import { LevelHistoryStore } from '../adapters/level/level-history-store.js';
import { MemoryHistoryStore } from '../adapters/memory/memory-history-store.js';
import { ProcessWatch } from '../adapters/process/process-facts.js';
import { createLogger, type LoggerOptions } from '../adapters/winston/winston-logger.js';
import { listening } from '../app/listening.js';
import { App } from '../app.js';
import type { Config } from '../config/schema.js';
import type { Daemon } from '../http/daemon.js';
import type { Logger } from '../ports/logger.js';
import { systemClock } from './clock.js';
import { planFor } from './in-process.js';
import { guardedLogger, hasMethods } from './logging.js';
import type { NotifierEntry } from './notifier-list.js';
import type { HeartbeatOptions, LogLevel, LogTarget } from './options.js';
import { readOptions } from './settings.js';

/** The actors of an instance, running. */
export interface Running {
  readonly daemon: Daemon;
  readonly logger: Logger;
  /** Undefined without HTTP. */
  readonly url: string | undefined;
  readonly close: () => Promise<void>;
}

const CLOSED = { stop: () => Promise.resolve(), inspect: () => ({ listening: false }) };

/**
 * Starts the daemon's actors in this process.
 *
 * @throws TypeError for options that cannot be used
 * @throws HeartbeatError when it cannot start; nothing is left running then
 */
export async function open(
  options: HeartbeatOptions,
  notifiers: ReadonlyMap<string, NotifierEntry>,
  flipped: (change: NodeChange, logger: Logger) => void,
  fatal: (error: Error, logger: Logger) => void,
): Promise<Running> {
  const effective = readOptions(options, notifiers);
  const isDurable = options.dataDir !== undefined;
  const config = isDurable ? effective.config : { ...effective.config, data_dir: '(memory)' };
  const logger = loggerFor(options.logger ?? {}, config);
  if (!isDurable) logger.warn('the store is in memory: what is in it ends with this process');
  const tools = { clock: systemClock, logger };
  const plans = effective.channels.map((plan) => {
    const entry = notifiers.get(plan.policy.name);
    return entry === undefined ? plan : planFor(entry.notifier, plan);
  });
  const { channels, problems } = await makeChannels(plans, tools);
  if (problems.length > 0) {
    const lines = problems.map(({ channel, problem }) => `channels.${channel}.kind: ${problem}`);
    throw new TypeError(`these options cannot be used:\n${lines.join('\n')}`);
  }
  const watch = new ProcessWatch();
  const http = listening(() => ({ ...config, auth: effective.auth, tls: effective.tls }), tools);
  const hasHttp = options.http !== undefined && options.http !== false;
  const app = new App(config, {
    ...tools,
    store: isDurable ? new LevelHistoryStore(config.data_dir, { logger }) : new MemoryHistoryStore(),
    channels,
    processFacts: () => watch.read(),
    gateway: hasHttp ? http.gateway : () => CLOSED,
    flipped: (change) => {
      flipped(change, logger);
    },
  });
  const close = async (): Promise<void> => {
    await app.stop();
    watch.stop();
  };
  app.onFatal = (error) => {
    logger.error('the supervision tree is past saving', { reason: error.message });
    fatal(error, logger);
  };
  try {
    await app.start();
  } catch (error) {
    watch.stop();
    throw error;
  }
  return { daemon: app, logger, url: http.url(), close };
}

function loggerFor(target: LogTarget, { log }: Config): Logger {
  if (hasMethods(target)) return guardedLogger(target);
  const { level = log.level } = target;
  if (!isLevel(level)) throw new TypeError('logger.level must be error, warn, info or debug');
  return onStandardError({ ...log, level });
}

/** One for all instances that log alike: each has listeners on the stream for as long as the process lives. */
const onStandardError = (() => {
  const loggers = new Map<string, Logger>();
  return (options: LoggerOptions): Logger => {
    const key = `${options.level} ${options.format}`;
    const logger = loggers.get(key) ?? createLogger(options, process.stderr);
    loggers.set(key, logger);
    return logger;
  };
})();

function isLevel(text: string): text is LogLevel {
  return ['error', 'warn', 'info', 'debug'].includes(text);
}
