import type { Daemon } from '../app/api/daemon.js';
import type { NodeChange } from '../../actors/notifier/notifier.protocol.js';
import { makeChannels } from '../adapters/channels/make.js';
import { probeThread } from '../adapters/probes/probe-thread.js';
import { levelStores } from '../adapters/level/level-history-store.js';
import { MemoryHistoryStore } from '../adapters/memory/memory-history-store.js';
import { ALWAYS_OWNED } from '../adapters/ownership/always-owned.js';
import { ProcessWatch } from '../adapters/process/process-facts.js';
import { listening } from '../app/listening.js';
import { App } from '../app.js';
import type { Config } from '../config/schema.js';
import { HeartbeatError } from '../errors.js';
import { metricFamilies } from '../views/metrics/families.js';
import { metricsText } from '../views/metrics/text.js';
import type { PresenceChange } from '../app/presence-change.js';
import type { Logger } from '../ports/logger.js';
import { systemClock } from './clock.js';
import { planFor } from './in-process.js';
import { guardedLogger, hasMethods, onStandardError } from './logging.js';
import type { NotifierEntry } from './notifier-list.js';
import type { HeartbeatOptions, LogLevel, LogTarget } from './options.js';
import { readOptions } from './settings.js';
import { SharedMemory } from './shared-memory.js';

/** The running actors of an instance. */
export interface Running {
  readonly daemon: Daemon;
  readonly logger: Logger;
  /** Undefined without HTTP. */
  readonly url: string | undefined;
  readonly metrics: () => Promise<string>;
  readonly close: () => Promise<void>;
}

/** Callbacks for what happens in the instance. */
export interface OpenDeps {
  flipped(change: NodeChange, logger: Logger): void;
  presence(change: PresenceChange, logger: Logger): void;
  fatal(error: Error, logger: Logger): void;
}

const CLOSED = { stop: () => Promise.resolve(), inspect: () => ({ listening: false }) };

/**
 * Starts the daemon's actors in this process.
 *
 * @throws TypeError for invalid options
 * @throws HeartbeatError if it cannot start; nothing is left running then
 */
export async function open(
  options: HeartbeatOptions,
  notifiers: ReadonlyMap<string, NotifierEntry>,
  deps: OpenDeps,
): Promise<Running> {
  const effective = readOptions(options, notifiers);
  const isDurable = options.dataDir !== undefined;
  const config = isDurable ? effective.config : { ...effective.config, data_dir: '(memory)' };
  const logger = await loggerFor(options.logger ?? {}, config);
  if (!isDurable) logger.warn('in-memory store: all data is lost when this process ends');
  const tools = { clock: systemClock, logger };
  const plans = effective.channels.map((plan) => {
    const entry = notifiers.get(plan.policy.name);
    return entry === undefined ? plan : planFor(entry.notifier, plan);
  });
  const { channels, problems } = await makeChannels(plans, {
    ...tools,
    proxies: effective.proxies,
    links: config.public_url === null ? undefined : { publicUrl: config.public_url },
  });
  if (problems.length > 0) {
    const lines = problems.map(({ channel, problem }) => `channels.${channel}.kind: ${problem}`);
    throw new TypeError(`invalid options:\n${lines.join('\n')}`);
  }
  const watch = new ProcessWatch();
  const memory = new SharedMemory();
  const http = listening(() => ({ ...config, auth: effective.auth, tls: effective.tls }), tools);
  const hasHttp = options.http !== undefined && options.http !== false;
  const app = new App(config, {
    ...tools,
    storeOf: isDurable
      ? levelStores(config.data_dir, config.partitions, tools)
      : () => new MemoryHistoryStore(),
    ownership: ALWAYS_OWNED,
    channels,
    maintenance: effective.maintenance,
    rotas: effective.rotas,
    startProber: probeThread(logger),
    probeLimits: effective.probeLimits,
    processFacts: () => watch.read(),
    memory,
    gateway: hasHttp ? http.gateway : () => CLOSED,
    flipped: (change) => {
      deps.flipped(change, logger);
    },
    presence: (change) => {
      deps.presence(change, logger);
    },
  });
  const close = async (): Promise<void> => {
    await app.stop();
    watch.stop();
    memory.stop();
  };
  app.onFatal = (error) => {
    logger.error('root supervisor exceeded its restart intensity', { reason: error.message });
    deps.fatal(error, logger);
  };
  try {
    await app.start();
  } catch (error) {
    watch.stop();
    memory.stop();
    throw inWordsOfOptions(error);
  }
  const metrics = async (): Promise<string> => metricsText(metricFamilies(await app.facts(), http.report()));
  return { daemon: app, logger, url: http.url(), metrics, close };
}

/** The program gave no flags, so the error must not mention them. */
function inWordsOfOptions(error: unknown): unknown {
  if (!(error instanceof HeartbeatError)) return error;
  const message = error.message.replace(/ with --(port|host)\b/, ' in the option http.$1');
  return message === error.message ? error : new HeartbeatError(error.code, message, { cause: error.cause });
}

async function loggerFor(target: LogTarget, { log }: Config): Promise<Logger> {
  if (hasMethods(target)) return guardedLogger(target);
  const { level = log.level } = target;
  if (!isLevel(level)) throw new TypeError('logger.level must be error, warn, info or debug');
  return onStandardError({ ...log, level });
}

function isLevel(text: string): text is LogLevel {
  return ['error', 'warn', 'info', 'debug'].includes(text);
}
