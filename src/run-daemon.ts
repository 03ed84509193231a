import closeWithGrace from 'close-with-grace';
import { Redaction } from './adapters/channels/redaction.js';
import { makeChannels } from './adapters/channels/make.js';
import { Secret } from './adapters/channels/secret.js';
import { SystemClock } from './adapters/clock/system-clock.js';
import { HmacBadgeSigner } from './adapters/links/hmac-badge-signer.js';
import { HmacLinkSigner } from './adapters/links/hmac-link-signer.js';
import { OpenIdProvider } from './adapters/openid/openid-provider.js';
import { Pinger, type PingDeps } from './adapters/ping/pinger.js';
import { probeThread } from './adapters/probes/probe-thread.js';
import { Collector } from './adapters/process/collector.js';
import { connectionsWithin, mostDescriptors } from './adapters/process/descriptors.js';
import { ProcessWatch } from './adapters/process/process-facts.js';
import { ProcessMemory } from './adapters/process/process-memory.js';
import { ProcessMetrics } from './adapters/process/process-metrics.js';
import { ServiceManager } from './adapters/process/service-manager.js';
import { problemOf } from './adapters/stores.js';
import { createLogger } from './adapters/winston/winston-logger.js';
import { App } from './app.js';
import { daemonStores } from './daemon-stores.js';
import { listening } from './app/listening.js';
import { MetricsLog, type MetricsLogDeps } from './app/metrics-log.js';
import type { Effective, Loaded } from './config/load-config.js';
import { isLoopback } from './domain/loopback.js';
import { secretsIn } from './config/redacted-secrets.js';
import type { Config } from './config/schema.js';
import { sourceText } from './config/value-source.js';
import type { Declaration } from './domain/declaration.js';
import { toMillis } from './domain/time.js';
import { HeartbeatError, type ErrorCode } from './errors.js';
import type { GatewayOptions } from './http/gateway-options.js';
import type { Channel } from './ports/channel.js';
import type { ReadConfiguration } from './ports/configuration.js';
import type { MessagePreview } from './ports/message-preview.js';
import type { Logger } from './ports/logger.js';
import { Reloader } from './reload.js';
import { misconfigured, WRONG_CONFIGURATION } from './cli/exit-codes.js';

/** Errors that a setting or a command mends. */
const MISCONFIGURED: ReadonlySet<ErrorCode> = new Set([
  'HEARTBEAT_STORE_EMPTY',
  'HEARTBEAT_WRONG_USER_IDS',
  'HEARTBEAT_WRONG_DECLARED_NODES',
  'HEARTBEAT_NAME_IN_USE',
]);

/** Shorter secrets are not redacted in log lines: they may be part of any word. */
const SHORTEST_SECRET = 8;

/** Signals and events that do not stop the daemon: they keep the system's meaning. */
const NOT_OURS = [
  'SIGHUP',
  'SIGQUIT',
  'SIGILL',
  'SIGTRAP',
  'SIGABRT',
  'SIGBUS',
  'SIGFPE',
  'SIGSEGV',
  'SIGUSR2',
  'beforeExit',
] as const;

export interface DaemonStart {
  readonly effective: Effective;
  /** Reads the configuration again. */
  readonly load: () => Promise<Loaded>;
  readonly acceptDataLoss: boolean;
  readonly version: string;
}

/** Runs the daemon until it is stopped. */
export async function runDaemon({ effective, load, acceptDataLoss, version }: DaemonStart): Promise<void> {
  const { config, auth } = effective;
  let inForce = effective;
  const redaction = new Redaction(secretsIn(effective), SHORTEST_SECRET);
  const logger = createLogger(config.log, process.stderr, (line) => redaction.conceal(line));
  if (auth === undefined && !isLoopback(config.host)) {
    logger.warn('listening on a non-loopback address without authentication', { host: config.host });
  }
  // The reader may be gone, or its disk full: the daemon serves on.
  process.stdout.on('error', (error) => {
    logger.warn('standard output is not writable', { error });
  });
  const clock = new SystemClock();
  const serviceManager = new ServiceManager({ env: process.env, pid: process.pid, clock, logger });
  const opened = await open(effective, { logger, clock });
  const unusable = await problemOf(effective.store);
  if ('problems' in opened || unusable !== undefined) {
    const others = 'problems' in opened ? opened.problems : [];
    misconfigured([...others, ...(unusable === undefined ? [] : [inSettings('store', unusable, effective)])]);
  }
  const watch = new ProcessWatch();
  const metrics = new ProcessMetrics(clock.wall(), version);
  const memory = new ProcessMemory();
  const stores = daemonStores(effective, {
    logger,
    acceptDataLoss,
    clock,
    app: () => app,
    lost: (error) => {
      logger.error('another daemon has taken the database over', { reason: error.message });
      process.exit(1);
    },
    refused: (error) => fail(logger, error),
  });
  const http = listening(() => gatewayOptions(inForce, logger), { logger, clock });
  const processFacts = (): object => watch.read();
  const otherMetrics = () => [...metrics.read(), ...(pinger?.metrics() ?? [])];
  const { channels } = opened;
  const { gateway } = http;
  const app = new App(config, {
    clock,
    logger,
    acceptsDataLoss: acceptDataLoss,
    ...stores,
    channels,
    startProber: probeThread(logger),
    probeLimits: effective.probeLimits,
    maintenance: effective.maintenance,
    declaration: declarationOf(effective),
    configuration: { read: () => readAgain(reloader) },
    previewChannel: (name) => previewChannel(name, inForce, clock),
    rotas: effective.rotas,
    memory,
    processFacts,
    otherMetrics,
    gateway,
  });
  const collector = new Collector(clock, () => app.alive);
  collector.start();
  const pinger = pingerOf(config, {
    clock,
    logger,
    isReady: () => app.notStoring().length === 0,
    proxies: effective.proxies,
  });
  const metricsLog = metricsLogOf(config, { clock, logger, facts: () => app.facts(), gateway: http.report });
  app.onFatal = (error) => {
    logger.error('root supervisor exceeded its restart intensity', { reason: error.message });
    process.exit(1);
  };

  const asked = new AbortController();
  closeWithGrace(
    {
      delay: toMillis(config.shutdown_timeout),
      logger: false,
      skip: [...NOT_OURS],
      onTimeout: () => {
        logger.error('did not stop in time', { shutdown_timeout: config.shutdown_timeout });
        http.cut();
      },
    },
    async ({ err, signal }) => {
      asked.abort();
      serviceManager.stopping();
      if (err === undefined) logger.info('stop requested', { signal });
      else logger.error('unexpected error', { error: err });
      collector.stop();
      metricsLog?.stop();
      await pinger?.stop();
      await app.stop();
      http.cut();
      watch.stop();
      metrics.stop();
      memory.stop();
    },
  );

  const reloader = new Reloader(effective, {
    load,
    open: async (changed) => {
      // Old secrets stay redacted too.
      redaction.learn(secretsIn(changed));
      const { problems } = await app.declared.plan(declarationOf(changed));
      return problems.length > 0 ? { problems } : open(changed, { logger, clock });
    },
    apply: async (changed, channels) => {
      inForce = changed;
      logger.setLevel(changed.config.log.level);
      http.reconfigure();
      const problems = await app.declared.declare(declarationOf(changed));
      if (problems.length > 0) logger.error('declared nodes cannot be applied', { problems });
      const { maintenance, rotas, probeLimits } = changed;
      await app.reconfigure(changed.config.limits, channels, maintenance, rotas, probeLimits);
    },
    logger,
  });
  process.on('SIGHUP', () => {
    if (!asked.signal.aborted) void serviceManager.reloading(() => reloader.reload());
  });

  try {
    await app.start();
  } catch (error) {
    if (asked.signal.aborted) return;
    fail(logger, error);
  }
  pinger?.start();
  metricsLog?.start();
  process.stdout.write(`listening on ${http.url() ?? ''}\n`);
  serviceManager.ready();
}

function declarationOf({ declared, config }: Effective): Declaration {
  return { nodes: declared?.nodes, path: declared?.path ?? '', prune: config.nodes.prune };
}

async function readAgain(reloader: Reloader): Promise<ReadConfiguration> {
  const found = await reloader.preview();
  if ('problems' in found) return { ...found, changes: [], declaration: undefined };
  const { file, changes, effective } = found;
  return { file, problems: [], changes, declaration: declarationOf(effective) };
}

/** Loaded when somebody asks. */
async function previewChannel(
  name: string,
  { channels, config, linkSecret }: Effective,
  clock: SystemClock,
): Promise<readonly MessagePreview[]> {
  const { previewOf } = await import('./adapters/channels/preview.js');
  const links = { publicUrl: config.public_url, areSigned: linkSecret !== undefined };
  return (await previewOf(name, channels, links, clock))?.previews ?? [];
}

function pingerOf({ ping }: Config, deps: PingDeps): Pinger | undefined {
  if (ping.url === null) return undefined;
  return new Pinger({ url: new Secret(ping.url), every: toMillis(ping.every) }, deps);
}

function metricsLogOf({ log }: Config, deps: MetricsLogDeps): MetricsLog | undefined {
  const every = toMillis(log.metrics_every ?? 0);
  return every === 0 ? undefined : new MetricsLog(every, deps);
}

function gatewayOptions(
  { config, auth, linkSecret, tls, statusPages }: Effective,
  logger: Logger,
): GatewayOptions {
  const links = signerOf(linkSecret);
  const badges = linkSecret === undefined ? undefined : new HmacBadgeSigner(linkSecret);
  const { connections } = config.limits;
  const descriptors = mostDescriptors();
  const most = connectionsWithin(descriptors);
  const identityProvider = auth?.openid && new OpenIdProvider(auth.openid);
  const others = { auth, identityProvider, links, badges, statusPages, tls };
  if (connections <= most) return { ...config, ...others };
  logger.info('limits.connections lowered to the limit of open files', {
    limit: connections,
    lowered: most,
    descriptors,
  });
  return { ...config, limits: { ...config.limits, connections: most }, ...others };
}

/** A module that cannot be used is a configuration problem, and is reported as one. */
async function open(
  { channels: plans, proxies, config, linkSecret }: Effective,
  tools: { readonly logger: Logger; readonly clock: SystemClock },
): Promise<{ readonly channels: readonly Channel[] } | { readonly problems: readonly string[] }> {
  const signer = signerOf(linkSecret);
  const links = config.public_url === null ? undefined : { publicUrl: config.public_url, signer };
  const { channels, problems } = await makeChannels(plans, { ...tools, proxies, links });
  if (problems.length === 0) return { channels };
  return {
    problems: problems.map(({ channel, problem }) => {
      const source = plans.find(({ policy }) => policy.name === channel)?.source;
      const from = source === undefined ? '' : ` (from ${sourceText(source)})`;
      return `channels.${channel}.kind: ${problem}${from}`;
    }),
  };
}

function signerOf(secret: Effective['linkSecret']): HmacLinkSigner | undefined {
  return secret === undefined ? undefined : new HmacLinkSigner(secret);
}

function inSettings(key: string, problem: string, { sources }: Effective): string {
  return `${key}: ${problem} (from ${sourceText(sources.get(key) ?? { kind: 'default' })})`;
}

/** An error that the operator can fix is one line; any other is a bug, and is logged with its stack. */
function fail(logger: Logger, error: unknown): never {
  if (error instanceof HeartbeatError) process.stderr.write(`heartbeat: ${error.message}\n`);
  else logger.error('could not start', { error });
  // process.exit waits for every call to the file system, and a hanging one never returns.
  if (error instanceof HeartbeatError && error.code === 'HEARTBEAT_STORE_HANGS')
    process.kill(process.pid, 'SIGKILL');
  process.exit(error instanceof HeartbeatError && MISCONFIGURED.has(error.code) ? WRONG_CONFIGURATION : 1);
}
