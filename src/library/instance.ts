import { isRecord } from '../domain/is-record.js';
import type { Daemon } from '../app/api/daemon.js';
import type { Stats } from '../app/daemon-facts.js';
import { HeartbeatError } from '../errors.js';
import type { Logger } from '../ports/logger.js';
import {
  describedSupervision,
  listAlerts,
  redeliver,
  testChannel,
  type AlertDescription,
  type AlertFilter,
} from './alerts.js';
import {
  guard,
  Subscribers,
  type ChangeListener,
  type NodeCallback,
  type UserCallback,
} from './callbacks.js';
import { NodeRegistry } from './node-registry.js';
import { Nodes } from './nodes.js';
import { sound } from './check-options.js';
import { modelOf, Node } from './node.js';
import { NotifierList } from './notifier-list.js';
import type { Running } from './open.js';
import type { HeartbeatOptions } from './options.js';
import { Users } from './presence.js';
import { Rotas } from './rotas.js';
import { Silences } from './silences.js';
import { callsAnswered, giveUpCalls } from './calls.js';

/** Something that an instance closes before it ends. */
export type Closer = () => Promise<unknown>;

/**
 * The daemon's actors in this program. Starts with `start`, or when it is first used. The process does not end by
 * itself while it runs, and nothing of it is left after `close`.
 */
export class HeartbeatInstance {
  readonly notifiers: NotifierList;
  readonly nodes: Nodes;
  readonly users: Users;
  readonly silences: Silences;
  readonly rotas: Rotas;
  readonly #options: HeartbeatOptions;
  readonly #subscribers = new Subscribers();
  readonly #closers = new Set<Closer>();
  readonly #registry: NodeRegistry;
  readonly #daemon = async (): Promise<Daemon> => (await this.#open()).daemon;
  #starting: Promise<Running> | undefined;
  #running: Running | undefined;
  #closing: Promise<void> | undefined;
  /** Closing, and every call under way has been answered: some ask several times. */
  #isClosed = false;

  /** @param options read when it starts */
  constructor(options: HeartbeatOptions = {}, notifiers = new NotifierList(listIn(options))) {
    this.#options = options;
    this.notifiers = notifiers;
    this.nodes = new Nodes(this.#daemon, (name) => {
      this.#registry.forget(name);
    });
    this.users = new Users(this.#daemon);
    this.silences = new Silences(this.#daemon);
    this.rotas = new Rotas(this.#daemon);
    this.#registry = new NodeRegistry(this.nodes);
  }

  /** The options that it was made with. */
  get options(): Readonly<HeartbeatOptions> {
    return this.#options;
  }

  /**
   * Resolves once it is ready: the store is open, users and nodes are restored, and HTTP listens if it is on.
   *
   * @throws TypeError for invalid options, with every problem
   * @throws HeartbeatError if it cannot start, and after `close`
   */
  async start(): Promise<this> {
    await this.#open();
    return this;
  }

  /** Whether it has started, or begun to. */
  get started(): boolean {
    return this.#starting !== undefined;
  }

  /** The URL it listens on; undefined without HTTP, and before the start. */
  get url(): string | undefined {
    return this.#running?.url;
  }

  /** Calls back when a node has failed, at most once for each failure. Returns a function that removes the callback. */
  onFailure(callback: NodeCallback): () => void {
    return this.#subscribers.failure.add(callback);
  }

  /** Calls back when a node that had failed is active again. */
  onRecovery(callback: NodeCallback): () => void {
    return this.#subscribers.recovery.add(callback);
  }

  /** Calls back when a user has come online and that is stored; not for users who were online before a restart. */
  onOnline(callback: UserCallback): () => void {
    return this.#subscribers.online.add(callback);
  }

  /** Calls back when a user has gone offline: by silence, a goodbye or an erasure. */
  onOffline(callback: UserCallback): () => void {
    return this.#subscribers.offline.add(callback);
  }

  /** Registers a node, which then represents its actor. */
  async track(node: Node): Promise<void> {
    modelOf(node);
    this.#registry.adopt(node, await this.nodes.register(node.name, node.settings));
  }

  /** The tracked nodes. */
  get tracked(): ReadonlyMap<string, Node> {
    return this.#registry.nodes;
  }

  /** @returns a function that removes the listener */
  onChange(listener: ChangeListener): () => void {
    return this.#subscribers.listen(listener);
  }

  /** Alerts, newest first: all, or those that match. What is not pulled is not read. */
  alerts(filter: AlertFilter = {}): AsyncGenerator<AlertDescription> {
    return listAlerts(this.#daemon, filter);
  }

  /**
   * Delivers a dead letter again, under its old id, on every channel where it is dead. Resolves with the id once it is
   * on its way.
   *
   * @throws HeartbeatError `HEARTBEAT_NO_SUCH_ALERT`, `HEARTBEAT_NOT_DEAD`
   */
  redeliver(alert: string): Promise<string> {
    return redeliver(this.#daemon, alert);
  }

  /**
   * Sends a test message with the notifier of this name. Resolves with the id of its alert once it is on its way;
   * `alerts` shows the outcome.
   *
   * @throws HeartbeatError `HEARTBEAT_NO_SUCH_CHANNEL`
   */
  testChannel(channel: string): Promise<string> {
    return testChannel(this.#daemon, channel);
  }

  /** How many users, devices, nodes and readers there are now: what `GET /stats` shows, in camelCase. */
  async stats(): Promise<Stats> {
    return (await this.#open()).daemon.stats();
  }

  /** The live supervision tree with its state: what `GET /supervision` shows, in camelCase and with `Date`s. */
  async supervision(): Promise<object> {
    return describedSupervision(await (await this.#open()).daemon.supervision());
  }

  /** Its metrics in Prometheus's text format, as from `GET /metrics`; without those of HTTP if that is off. */
  async metrics(): Promise<string> {
    return (await this.#open()).metrics();
  }

  /** Whether it accepts heartbeats. It may be unable to store: see `notStoring`. */
  get ready(): boolean {
    return this.unready.length === 0;
  }

  /** Why it is not ready, a phrase each; empty if it is. */
  get unready(): readonly string[] {
    if (this.#closing !== undefined) return ['closed'];
    return this.#running?.daemon.unready() ?? ['not started'];
  }

  /** Why it cannot store everything that it should, a phrase each; empty if it can. Includes why it is not ready. */
  get notStoring(): readonly string[] {
    if (this.#closing !== undefined) return ['closed'];
    return this.#running?.daemon.notStoring() ?? ['not started'];
  }

  /** Registers something to end before the instance does, such as an emitter. @returns a function that removes it */
  beforeClosing(closer: Closer): () => void {
    this.#closers.add(closer);
    return () => {
      this.#closers.delete(closer);
    };
  }

  /** For problems outside the actors. Undefined before the start. */
  get logger(): Logger | undefined {
    return this.#running?.logger;
  }

  /** Stops in order: emitters end, requests in flight are answered, pending writes are written. Idempotent. */
  close(): Promise<void> {
    if (this.#starting === undefined) this.#isClosed = true;
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    await Promise.allSettled([...this.#closers].map((closer) => closer()));
    const running = await this.#starting?.catch(() => undefined);
    if (running !== undefined) await callsAnswered(running.daemon);
    this.#isClosed = true;
    if (running === undefined) return;
    try {
      await running.close();
    } finally {
      giveUpCalls(running.daemon);
    }
  }

  #open(): Promise<Running> {
    if (this.#isClosed) {
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
    // Loaded here, so that a custom module that only needs BaseNotifier does not load the whole daemon.
    const { open } = await import('./open.js');
    const running = await open(
      this.#options,
      this.notifiers.take(isRecord(this.#options) && this.#options.dataDir !== undefined),
      {
        flipped: (change, logger) => {
          const { flip, node } = change;
          this.#subscribers.nodeChanged(flip, this.#registry.changed(node), logger);
        },
        presence: (change, logger) => {
          this.#subscribers.userChanged(change, logger);
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
    // One after the other, so that a cycle among them is found.
    for (const node of first) if (node.settings.dependsOn !== undefined) await register(node);
  }

  #fatal(error: Error, logger: Logger): void {
    void this.close();
    guard(logger, 'onFatal', () => this.#options.onFatal?.(error));
  }
}

/** Problems with them are reported when the instance starts, with all others. */
function listIn(options: HeartbeatOptions): HeartbeatOptions['notifiers'] {
  const given: unknown = options;
  return isRecord(given) ? sound(options).notifiers : undefined;
}

/**
 * Makes an instance and starts it. Several may live in one process.
 *
 * @throws TypeError for invalid options, with every problem
 * @throws HeartbeatError if it cannot start; nothing is left running then
 */
export function createHeartbeat(options: HeartbeatOptions = {}): Promise<HeartbeatInstance> {
  return new HeartbeatInstance(options).start();
}
