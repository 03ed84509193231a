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
import { Tracker } from './tracker.js';

/** A node, how it is looked at, and what is chosen for it: with that it is registered, as a daemon's key has to allow. */
export interface EmittedNode extends NodeOptions {
  readonly name: string;
}

/** Durations in seconds. */
export interface EmitterOptions {
  /**
   * Whom to beat for, by name, as a `Node`, or with a probe. For a tracker if not given: each node that it has
   * registered, and will.
   */
  readonly nodes?: readonly (string | Node | EmittedNode)[];
  /** From one heartbeat of a node to the next. A third of the timeout of a tracker's instance; 10 for a daemon. */
  readonly interval?: number;
  /** Calls under way at once: those of the instance for a tracker, or 4. */
  readonly maxConcurrent?: number;
  /** Nodes in one call, likewise. */
  readonly batchSizeThresholds?: BatchSizeThresholds;
  /** Probes under way at once. 64 if not given. */
  readonly maxProbes?: number;
  /** How long a probe may take, unless its node says otherwise. 5 if not given, or the interval if that is shorter. */
  readonly deadline?: number;
  /** What follows from a probe that fails: `skip` if not given. */
  readonly onProbeFailure?: OnProbeFailure;
  /** A key of the daemon, where it wants one. */
  readonly key?: string;
  /**
   * Told when the daemon cannot be reached, and of nodes that are refused or unwell. If not given that is not said; only
   * that it has ended by an error is, in the log of the tracker's instance or on standard error.
   */
  readonly logger?: LogTarget;
  /** Told at once when it has ended by an error, and beats no more. */
  readonly onError?: (error: unknown) => void;
}

/** What an emitter has done. */
export interface EmitterReport extends Omit<Counted, 'latest_ms'> {
  /** How long after it was due a call or a probe began, at the most, in seconds. */
  readonly latest: number;
}

const INTERVAL = 10;
const TIMEOUT = 30;
/** Heartbeats in a timeout: one may be lost, and the next be late. */
const IN_A_TIMEOUT = 3;
const MAX_CONCURRENT = 4;
const MAX_PROBES = 64;
const DEADLINE = 5;

interface Run {
  readonly stop: AbortController;
  readonly ended: Promise<EmitterReport>;
}

/** The side that beats: for the nodes of a tracker in this program, or for any at a daemon's URL. */
export class Emitter {
  readonly #target: Tracker | string;
  readonly #options: EmitterOptions;
  #run: Run | undefined;

  /**
   * @param target a tracker, or where a daemon listens, as `http://127.0.0.1:3519`
   * @throws TypeError for options that cannot be used
   */
  constructor(target: Tracker | string | URL, options: EmitterOptions = {}) {
    this.#target = target instanceof URL ? target.href : target;
    this.#options = options;
    expectArgument('an emitter', this.#target, aTarget);
    refuseProblems('these options of an emitter', problemsOfEmitter(options));
    if (typeof this.#target !== 'string') return;
    if (options.nodes === undefined) throw new TypeError('an emitter for a daemon wants nodes to beat for');
  }

  /** Begins to beat, each node at its time within the first interval. One that beats goes on. */
  startHeartbeat(): void {
    if (this.#run !== undefined) return;
    const stop = new AbortController();
    const run = { stop, ended: this.#beat(stop.signal) };
    this.#run = run;
    const { instance } = this.#tracker ?? {};
    // It beats no longer than there is somebody to hear it; its report is kept for whoever stops it.
    const stay = instance?.beforeClosing(() => {
      stop.abort();
      return run.ended;
    });
    run.ended.catch((error: unknown) => this.#failed(error, run)).finally(() => stay?.());
  }

  /** Somebody who beats for nobody any more has to say so, also where nobody stops it and waits. */
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

  /** Resolves, with what it has done, once what was under way has come to its end. Undefined when it did not beat. */
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
    // An instance that cannot start is no daemon that is away for a while.
    await this.#tracker?.instance.start();
    // Loaded here, with its HTTP client.
    const { Emitter: Beats } = await import('../client/emitter/emitter.js');
    const { interval, thresholds, maxConcurrent } = this.#plan();
    const { nodes, maxProbes, deadline, onProbeFailure, logger } = this.#options;
    const chosen = new Map((nodes ?? []).map((node) => settingsOf(node)));
    const target = await this.#open(maxConcurrent, chosen);
    const tracker = this.#tracker;
    // Those of the tracker are registered already.
    const first = nodes?.map(emitted) ?? (tracker?.nodes ?? []).map(looked);
    const plan = {
      intervalMs: interval * 1000,
      maxConcurrent,
      maxProbes: maxProbes ?? MAX_PROBES,
      thresholds,
      deadlineMs: (deadline ?? Math.min(DEADLINE, interval)) * 1000,
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
    return { ...counted, latest: latest / 1000 };
  }

  async #open(connections: number, chosen: ReadonlyMap<string, NodeSettings>): Promise<Target> {
    if (typeof this.#target !== 'string') return targetOf(this.#target, chosen);
    const { DaemonTarget } = await import('../client/emitter/target.js');
    const { HeartbeatClient } = await import('../client/heartbeat-client.js');
    const { key } = this.#options;
    const credentials = key === undefined ? {} : { key };
    return new DaemonTarget(new HeartbeatClient(this.#target, { connections, ...credentials }));
  }

  #plan(): { interval: number; maxConcurrent: number; thresholds: BatchSizeThresholds } {
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

/** It is registered. */
function looked(node: Node): Emitted {
  return { name: node.name, ...node.emitted };
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
  };
}
