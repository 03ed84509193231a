import { isRecord } from '../domain/is-record.js';
import type { BatchSizeThresholds } from '../client/emitter/batch-size.js';
import type { EmittedNode as Emitted, EmitterObserver, OnProbeFailure } from '../client/emitter/emitter.js';
import type { EmitterReport as Counted } from '../client/emitter/tally.js';
import type { Target } from '../client/emitter/target.js';
import { problemsOfEmitter } from './check-options.js';
import { expectArgument, must, refuseProblems } from './checks.js';
import { guardedLogger, onStandardError } from './logging.js';
import { snakeCased } from './casing.js';
import { Node, type NodeOptions, type NodeSettings } from './node.js';
import type { LogTarget } from './options.js';
import { probeOf } from './probe.js';
import { Tracker } from './tracker.js';
import { type Seconds, toMillis, toSeconds } from '../domain/time.js';

/**
 * A node with its probe and its settings. With settings, the emitter registers it, which the daemon's key must allow.
 */
export interface EmittedNode extends NodeOptions {
  readonly name: string;
}

/** Durations are in seconds. */
export interface EmitterOptions {
  /**
   * The nodes to send heartbeats for: names, `Node`s, or nodes with a probe. By default, for a tracker: every node that
   * it has registered or registers later.
   */
  readonly nodes?: readonly (string | Node | EmittedNode)[];
  /**
   * The interval between a node's heartbeats. By default a third of the timeout of a tracker's instance; 10 for a
   * daemon.
   */
  readonly interval?: Seconds;
  /** The most calls at once. By default the tracker's instance's value, or 4. */
  readonly maxConcurrent?: number;
  /** Nodes in one call. Default as above. */
  readonly batchSizeThresholds?: BatchSizeThresholds;
  /** The most probes at once. Default 64. */
  readonly maxProbes?: number;
  /** How long a probe may take, unless its node has its own deadline. Default 5, or the interval if that is shorter. */
  readonly deadline?: Seconds;
  /** What to do after a failed probe. Default `skip`. */
  readonly onProbeFailure?: OnProbeFailure;
  /** A key of the daemon, if it needs one. */
  readonly key?: string;
  /**
   * Gets a line when the daemon cannot be reached, and about nodes that are refused or failing. Without it, only an end
   * by an error is logged: in the log of the tracker's instance, or on standard error.
   */
  readonly logger?: LogTarget;
  /** Called at once when the emitter has ended by an error and sends no more heartbeats. */
  readonly onError?: (error: unknown) => void;
}

/** What an emitter has done. */
export interface EmitterReport extends Omit<Counted, 'latest_ms'> {
  /** The greatest delay of a call or a probe, in seconds. */
  readonly latest: Seconds;
}

const INTERVAL: Seconds = 10;
const TIMEOUT: Seconds = 30;
/** Heartbeats in a timeout: one may be lost, and the next one late. */
const IN_A_TIMEOUT = 3;
const MAX_CONCURRENT = 4;
const MAX_PROBES = 64;
/** The most names in a line of the log. */
const MOST_NAMES = 10;
const DEADLINE: Seconds = 5;

interface Run {
  readonly stop: AbortController;
  readonly ended: Promise<EmitterReport>;
}

/** Sends heartbeats: for the nodes of a tracker in this program, or for any nodes to a daemon's URL. */
export class Emitter {
  readonly #target: Tracker | string;
  readonly #options: EmitterOptions;
  #run: Run | undefined;

  /**
   * @param target a tracker, or the URL of a daemon, such as `http://127.0.0.1:3519`
   * @throws TypeError for invalid options
   */
  constructor(target: Tracker | string | URL, options: EmitterOptions = {}) {
    this.#target = target instanceof URL ? target.href : target;
    this.#options = options;
    expectArgument('an emitter', this.#target, aTarget);
    refuseProblems('emitter options', problemsOfEmitter(options));
    if (typeof this.#target !== 'string') return;
    if (options.nodes === undefined) throw new TypeError('an emitter for a daemon needs the option nodes');
  }

  /**
   * Starts to send heartbeats, each node's at its own time within the first interval. Does nothing if it is running.
   */
  startHeartbeat(): void {
    if (this.#run !== undefined) return;
    const stop = new AbortController();
    const run = { stop, ended: this.#beat(stop.signal) };
    this.#run = run;
    const { instance } = this.#tracker ?? {};
    // It stops with the instance, and keeps its report for `stopHeartbeat`.
    const stay = instance?.beforeClosing(() => {
      stop.abort();
      return run.ended;
    });
    run.ended.catch((error: unknown) => this.#failed(error, run)).finally(() => stay?.());
  }

  /** An emitter that stopped by an error must say so, even if nobody calls `stopHeartbeat`. */
  async #failed(error: unknown, run: Run): Promise<void> {
    if (this.#run === run) this.#run = undefined;
    const { logger, onError } = this.#options;
    const own = logger === undefined ? this.#tracker?.instance.logger : guardedLogger(logger);
    const log = own ?? (await onStandardError({ level: 'error', format: 'json' }));
    log.error('an emitter has ended by an error', { error });
    try {
      onError?.(error);
    } catch (thrown) {
      log.error('callback threw an error', { callback: 'onError', error: thrown });
    }
  }

  /** Resolves with the report once calls under way have ended. Undefined if it was not running. */
  async stopHeartbeat(): Promise<EmitterReport | undefined> {
    const run = this.#run;
    this.#run = undefined;
    run?.stop.abort();
    return run?.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stopHeartbeat();
  }

  get #tracker(): Tracker | undefined {
    return typeof this.#target === 'string' ? undefined : this.#target;
  }

  async #beat(signal: AbortSignal): Promise<EmitterReport> {
    // An instance that cannot start is not a daemon that is away for a while.
    await this.#tracker?.instance.start();
    // Loaded here, with its HTTP client.
    const { Emitter: Beats } = await import('../client/emitter/emitter.js');
    const { interval, thresholds, maxConcurrent } = this.#plan();
    const { nodes, maxProbes, deadline, onProbeFailure, logger } = this.#options;
    const chosen = new Map(Array.from(nodes ?? [], settingsOf));
    const target = await this.#open(chosen);
    const tracker = this.#tracker;
    // The tracker's nodes are registered already.
    const first = nodes === undefined ? (tracker?.nodes ?? []).map(looked) : Array.from(nodes, emitted);
    const plan = {
      intervalMs: toMillis(interval),
      maxConcurrent,
      maxProbes: maxProbes ?? MAX_PROBES,
      thresholds,
      deadlineMs: toMillis(deadline ?? Math.min(DEADLINE, interval)),
      onProbeFailure: onProbeFailure ?? 'skip',
    };
    const beats = new Beats(first, plan, target, observer(logger ?? {}));
    const known = new Set(first.map(({ name }) => name));
    const unwatch = (nodes === undefined ? tracker : undefined)?.watch((node) => {
      if (!known.has(node.name)) beats.add(looked(node));
      known.add(node.name);
    });
    await beats.run(signal);
    unwatch?.();
    await target.close();
    const { latest_ms: latest, ...counted } = beats.report;
    return { ...counted, latest: toSeconds(latest) };
  }

  async #open(chosen: ReadonlyMap<string, NodeSettings>): Promise<Target> {
    if (typeof this.#target !== 'string') return targetOf(this.#target, chosen);
    const { DaemonTarget } = await import('../client/emitter/target.js');
    const { createClient } = await import('../client/api/index.js');
    const { key } = this.#options;
    return new DaemonTarget(createClient({ url: this.#target, key, retries: 0 }));
  }

  #plan(): { interval: Seconds; maxConcurrent: number; thresholds: BatchSizeThresholds } {
    const { interval, maxConcurrent, batchSizeThresholds } = this.#options;
    const instance = this.#tracker?.instance.options;
    const usual = instance === undefined ? INTERVAL : (instance.timeout ?? TIMEOUT) / IN_A_TIMEOUT;
    return {
      interval: interval ?? usual,
      maxConcurrent: maxConcurrent ?? instance?.maxConcurrent ?? MAX_CONCURRENT,
      thresholds: batchSizeThresholds ?? instance?.batchSizeThresholds ?? {},
    };
  }
}

const aTarget = must('given a tracker, or an http:// or https:// URL of a daemon', (target) =>
  typeof target === 'string' ? isHttp(target) : target instanceof Tracker,
);

function isHttp(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
}

function targetOf({ instance }: Tracker, chosen: ReadonlyMap<string, NodeSettings>): Target {
  return {
    register: async ({ name }) => {
      await instance.nodes.register(name, chosen.get(name));
    },
    heartbeats: (names) => instance.nodes.heartbeats(names),
    fail: async (name) => {
      if ((await instance.nodes.get(name)) === undefined) await instance.nodes.register(name);
      await instance.nodes.fail(name);
    },
    close: () => Promise.resolve(),
  };
}

function emitted(node: string | Node | EmittedNode): Emitted {
  if (typeof node === 'string') return { name: node };
  const made = node instanceof Node ? node : new Node(node.name, optionsOf(node));
  return { ...looked(made), settings: snakeCased(made.settings) };
}

/** It is registered already. */
function looked(node: Node): Emitted {
  const { emitted, settings } = node;
  return {
    name: node.name,
    ...emitted,
    probe: probeOf(emitted.probe),
    hasSchedule: isRecord(settings.schedule),
  };
}

function settingsOf(node: string | Node | EmittedNode): [string, NodeSettings] {
  if (typeof node === 'string') return [node, {}];
  return [node.name, node instanceof Node ? node.settings : new Node(node.name, optionsOf(node)).settings];
}

function optionsOf({ name: _, ...options }: EmittedNode): NodeOptions {
  return options;
}

function observer(target: LogTarget): EmitterObserver {
  const logger = guardedLogger(target);
  return {
    unreachable: (error: unknown): void => logger.warn('heartbeats are refused', { error }),
    reachable: (): void => logger.info('heartbeats are accepted again'),
    refused: (node: string, error: string): void => logger.warn('heartbeat refused', { node, error }),
    settingsRefused: (node: string, reason: string): void =>
      logger.warn('node settings refused', { node, reason }),
    probeFailed: (node: string, reason: string): void => logger.warn('probe failing', { node, reason }),
    probePassed: (node: string): void => logger.info('probe passing again', { node }),
    leftToJobs: (nodes: readonly string[]): void =>
      logger.info('no heartbeats sent for scheduled nodes', {
        count: nodes.length,
        nodes: nodes.slice(0, MOST_NAMES),
      }),
  };
}
