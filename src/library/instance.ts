import type { Daemon } from '../app/api.js';
import type { NodeChange } from '../../actors/notifier/alerting.protocol.js';
import { HeartbeatError } from '../errors.js';
import type { LogFields, Logger } from '../ports/logger.js';
import {
  describedSupervision,
  listAlerts,
  redeliver,
  testChannel,
  type AlertDescription,
  type AlertFilter,
} from './alerts.js';
import { Callbacks, type NodeCallback, type UserCallback } from './callbacks.js';
import { NodeRegistry } from './node-registry.js';
import { Nodes } from './nodes.js';
import { sound } from './check-options.js';
import { aFunction, expectArgument, isObject } from './checks.js';
import { modelOf, Node } from './node.js';
import { NotifierList } from './notifier-list.js';
import type { Running } from './open.js';
import type { HeartbeatOptions } from './options.js';
import { Users, type UserChanged } from './presence.js';
import { describedFlip, type NodeChanged } from './node-description.js';

/** What an instance lets go of before it ends. */
export type Closer = () => Promise<unknown>;

/** Told of every change of a node's state, before the callbacks of the program are. */
export type ChangeListener = (change: NodeChanged) => void;

/**
 * The daemon's actors in this program. It starts when it is first used, or with `start`; as long as it runs the process
 * does not end by itself, and after `close` nothing of it is left.
 */
export class HeartbeatInstance {
  readonly notifiers: NotifierList;
  readonly nodes: Nodes;
  readonly users: Users;
  readonly #options: HeartbeatOptions;
  readonly #failure = new Callbacks<Node>('onFailure', named);
  readonly #recovery = new Callbacks<Node>('onRecovery', named);
  readonly #online = new Callbacks<UserChanged>('onOnline', ofUser);
  readonly #offline = new Callbacks<UserChanged>('onOffline', ofUser);
  readonly #closers = new Set<Closer>();
  readonly #listeners = new Set<ChangeListener>();
  readonly #registry: NodeRegistry;
  readonly #daemon = async (): Promise<Daemon> => (await this.#open()).daemon;
  #starting: Promise<Running> | undefined;
  #running: Running | undefined;
  #closing: Promise<void> | undefined;

  /** @param options are read when it starts */
  constructor(options: HeartbeatOptions = {}, notifiers = new NotifierList(listIn(options))) {
    this.#options = options;
    this.notifiers = notifiers;
    this.nodes = new Nodes(this.#daemon, (name) => {
      this.#registry.forget(name);
    });
    this.users = new Users(this.#daemon);
    this.#registry = new NodeRegistry(this.nodes);
  }

  /** What it was made with. */
  get options(): Readonly<HeartbeatOptions> {
    return this.#options;
  }

  /**
   * Resolves once it is ready: the store is open, everybody is back whom it knew of, and HTTP listens if it is to.
   *
   * @throws TypeError for options that cannot be used, with every problem
   * @throws HeartbeatError when it cannot start, and after `close`
   */
  async start(): Promise<this> {
    await this.#open();
    return this;
  }

  /** Whether it has started, or begun to. */
  get started(): boolean {
    return this.#starting !== undefined;
  }

  /** Where it listens; undefined without HTTP, and before it has started. */
  get url(): string | undefined {
    return this.#running?.url;
  }

  /** Calls back when a node has failed, at most once for each time. Answers with a function that ends that. */
  onFailure(callback: NodeCallback): () => void {
    return this.#failure.add(callback);
  }

  /** Calls back when a node that had failed is active again. */
  onRecovery(callback: NodeCallback): () => void {
    return this.#recovery.add(callback);
  }

  /** Calls back when a user has come online, and that is stored; not for who was online before a restart. */
  onOnline(callback: UserCallback): () => void {
    return this.#online.add(callback);
  }

  /** Calls back when a user has gone offline: by silence, a goodbye or an erasure. */
  onOffline(callback: UserCallback): () => void {
    return this.#offline.add(callback);
  }

  /** Registers a node; from here on it stands for its actor. */
  async track(node: Node): Promise<void> {
    modelOf(node);
    this.#registry.adopt(node, await this.nodes.register(node.name, node.settings));
  }

  /** Those that it tracks. */
  get tracked(): ReadonlyMap<string, Node> {
    return this.#registry.nodes;
  }

  /** @returns a function that ends it */
  onChange(listener: ChangeListener): () => void {
    expectArgument('onChange', listener, aFunction);
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Alerts, newest first: all, or those that are wanted. What is not asked for is not read. */
  alerts(filter: AlertFilter = {}): AsyncGenerator<AlertDescription> {
    return listAlerts(this.#daemon, filter);
  }

  /**
   * Takes up a dead letter again, under its old id, for every channel where it is one. Resolves with the id once it is on
   * its way.
   *
   * @throws HeartbeatError `HEARTBEAT_NO_SUCH_ALERT`, `HEARTBEAT_NOT_DEAD`
   */
  redeliver(alert: string): Promise<string> {
    return redeliver(this.#daemon, alert);
  }

  /**
   * Sends a message by the notifier of this name that says it is a test. Resolves with the id of its alert once it is on
   * its way; `alerts` tells what became of it.
   *
   * @throws HeartbeatError `HEARTBEAT_NO_SUCH_CHANNEL`
   */
  testChannel(channel: string): Promise<string> {
    return testChannel(this.#daemon, channel);
  }

  /** The live supervision tree and how all of it stands: what `GET /supervision` shows, in camelCase and with `Date`s. */
  async supervision(): Promise<object> {
    return describedSupervision(await (await this.#open()).daemon.supervision());
  }

  /** Its metrics in Prometheus's text format: what `GET /metrics` answers, but for those of HTTP where it has none. */
  async metrics(): Promise<string> {
    return (await this.#open()).metrics();
  }

  /** Whether it takes heartbeats and can store what has to be stored. */
  get ready(): boolean {
    return this.unready.length === 0;
  }

  /** Why it is not ready, a phrase each; empty when it is. */
  get unready(): readonly string[] {
    if (this.#closing !== undefined) return ['closed'];
    return this.#running?.daemon.unready() ?? ['not started'];
  }

  /** Something that is to end before it does, such as an emitter. @returns a function that takes this back */
  beforeClosing(closer: Closer): () => void {
    this.#closers.add(closer);
    return () => {
      this.#closers.delete(closer);
    };
  }

  /** Told what goes wrong beside the actors. Nothing is said before it has started. */
  get logger(): Logger | undefined {
    return this.#running?.logger;
  }

  /** Stops all of it in order: its emitters, what is in flight is answered, what is left to write is written. Safe to call twice. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    await Promise.allSettled([...this.#closers].map((closer) => closer()));
    const running = await this.#starting?.catch(() => undefined);
    await running?.close();
  }

  #open(): Promise<Running> {
    if (this.#closing !== undefined) {
      const closed = new HeartbeatError(
        'HEARTBEAT_NOT_READY',
        'this instance is closed: make another one, or set Heartbeat up again',
      );
      return Promise.reject(closed);
    }
    this.#starting ??= this.#start();
    return this.#starting;
  }

  async #start(): Promise<Running> {
    // Loaded here: a module of one's own that only needs BaseNotifier does without the whole daemon.
    const { open } = await import('./open.js');
    const running = await open(
      this.#options,
      this.notifiers.take(isObject(this.#options) && this.#options.dataDir !== undefined),
      {
        flipped: (change, logger) => {
          this.#changed(change, logger);
        },
        presence: ({ user, status, at }, logger) => {
          const callbacks = status === 'online' ? this.#online : this.#offline;
          if (callbacks.size > 0) callbacks.call({ id: user, status, at: new Date(at) }, logger);
        },
        fatal: (error, logger) => {
          this.#fatal(error, logger);
        },
      },
    );
    try {
      await this.#registerFirst(running);
    } catch (error) {
      await running.close();
      throw error;
    }
    this.#running = running;
    return running;
  }

  async #registerFirst({ daemon }: Running): Promise<void> {
    const nodes = new Nodes(() => Promise.resolve(daemon));
    const first = Object.entries(this.#options.nodes ?? {}).map(([name, options]) => new Node(name, options));
    const register = async (node: Node): Promise<void> => {
      this.#registry.adopt(node, await nodes.register(node.name, node.settings));
    };
    await Promise.all(first.filter((node) => node.settings.dependsOn === undefined).map(register));
    // One after the other: only so is a circle among them seen.
    for (const node of first) if (node.settings.dependsOn !== undefined) await register(node);
  }

  #fatal(error: Error, logger: Logger): void {
    void this.close();
    guard(logger, 'onFatal', () => this.#options.onFatal?.(error));
  }

  /** Called by an actor, in its own turn: whatever is somebody else's is called later. */
  #changed({ flip, node: facts }: NodeChange, logger: Logger): void {
    const { from, to } = flip;
    const node = this.#registry.changed(facts);
    for (const listener of this.#listeners) {
      guard(logger, 'onChange', () => {
        listener(describedFlip(facts.name, flip));
      });
    }
    if (to === 'failed') this.#failure.call(node, logger);
    else if (from === 'failed') this.#recovery.call(node, logger);
  }
}

/** What is wrong with them is said when it starts, with every other problem. */
function listIn(options: HeartbeatOptions): HeartbeatOptions['notifiers'] {
  const given: unknown = options;
  return isObject(given) ? sound(options).notifiers : undefined;
}

function named({ name }: Node): LogFields {
  return { node: name };
}

function ofUser({ id }: UserChanged): LogFields {
  return { user: id };
}

/** For what is called at once: nothing that it throws goes further. */
function guard(logger: Logger, called: string, callback: () => unknown): void {
  try {
    callback();
  } catch (error) {
    logger.error('callback threw an error', { callback: called, error });
  }
}

/**
 * Makes an instance and starts it. Several may live in one process.
 *
 * @throws TypeError for options that cannot be used, with every problem
 * @throws HeartbeatError when it cannot start; nothing is left running then
 */
export function createHeartbeat(options: HeartbeatOptions = {}): Promise<HeartbeatInstance> {
  return new HeartbeatInstance(options).start();
}
