import type { Stats } from '../app/daemon-facts.js';
import type { AlertDescription, AlertFilter } from './alerts.js';
import type { NodeCallback, UserCallback } from './callbacks.js';
import { aFunction, expectArgument } from './checks.js';
import { HeartbeatInstance } from './instance.js';
import type { Nodes } from './nodes.js';
import type { Rotas } from './rotas.js';
import type { Silences } from './silences.js';
import { NotifierList, type NotifierEntry, type Notifying } from './notifier-list.js';
import type { HeartbeatOptions, LogTarget } from './options.js';
import type { Users } from './presence.js';

/** The options that `Heartbeat.setup` passes to its callback, to be changed. */
export interface Setup extends Omit<HeartbeatOptions, 'notifiers' | 'logger'> {
  /** Add to it, or set it to a list. */
  get notifiers(): NotifierList;
  set notifiers(notifiers: Iterable<Notifying | NotifierEntry>);
  /** Its `level`, at least, may be set. */
  logger: LogTarget;
}

/** An instance, and its setup. */
interface Prepared {
  readonly setup: Setup;
  readonly instance: HeartbeatInstance;
}

/**
 * The instance of a program that needs only one. It starts when it is first used. Once closed, calls fail until it is
 * set up again or started, so that none of them starts another one with an empty store.
 */
class DefaultHeartbeat {
  /** The instance that is being set up, or the one in use unless that is closed. */
  #next = prepare();
  /** The instance that calls go to. */
  #instance = this.#next.instance;

  /**
   * Sets options. May be called several times.
   *
   * @throws TypeError once the instance is in use
   */
  setup(configure: (config: Setup) => void): void {
    expectArgument('Heartbeat.setup', configure, aFunction);
    if (this.#next.instance.started)
      throw new TypeError('Heartbeat is already in use: call setup before its first use, or close it first');
    configure(this.#next.setup);
    this.#instance = this.#next.instance;
  }

  /** Calls back when a node has failed. Returns a function that removes the callback. */
  onFailure(callback: NodeCallback): () => void {
    return this.#next.instance.onFailure(callback);
  }

  /** Calls back when a node that had failed is active again. */
  onRecovery(callback: NodeCallback): () => void {
    return this.#next.instance.onRecovery(callback);
  }

  /** Calls back when a user has come online. */
  onOnline(callback: UserCallback): () => void {
    return this.#next.instance.onOnline(callback);
  }

  /** Calls back when a user has gone offline. */
  onOffline(callback: UserCallback): () => void {
    return this.#next.instance.onOffline(callback);
  }

  /** May be added to until the instance is in use. */
  get notifiers(): NotifierList {
    return this.#next.instance.notifiers;
  }

  get nodes(): Nodes {
    return this.#instance.nodes;
  }

  get users(): Users {
    return this.#instance.users;
  }

  get silences(): Silences {
    return this.#instance.silences;
  }

  get rotas(): Rotas {
    return this.#instance.rotas;
  }

  /** Alerts, newest first: all, or those that match. */
  alerts(filter?: AlertFilter): AsyncGenerator<AlertDescription> {
    return this.#instance.alerts(filter);
  }

  /** Delivers a dead letter again. */
  redeliver(alert: string): Promise<string> {
    return this.#instance.redeliver(alert);
  }

  /** Sends a message that says it is a test. */
  testChannel(channel: string): Promise<string> {
    return this.#instance.testChannel(channel);
  }

  /** Its metrics in Prometheus's text format. */
  metrics(): Promise<string> {
    return this.#instance.metrics();
  }

  /** How many users, devices, nodes and readers there are now. */
  stats(): Promise<Stats> {
    return this.#instance.stats();
  }

  /** The live supervision tree with the state of everything in it. */
  supervision(): Promise<object> {
    return this.#instance.supervision();
  }

  /** The instance itself, for everything else. After `close` it is closed, until it is set up again or started. */
  get instance(): HeartbeatInstance {
    return this.#instance;
  }

  start(): Promise<HeartbeatInstance> {
    this.#instance = this.#next.instance;
    return this.#instance.start();
  }

  /** Stops the instance, and removes callbacks and notifiers. It may be set up again. */
  async close(): Promise<void> {
    const closing = this.#instance;
    if (closing === this.#next.instance) this.#next = prepare();
    await closing.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function prepare(): Prepared {
  const notifiers = new NotifierList();
  const setup: Setup = {
    logger: { level: 'info' },
    get notifiers(): NotifierList {
      return notifiers;
    },
    set notifiers(given: Iterable<Notifying | NotifierEntry>) {
      notifiers.replace(given);
    },
  };
  return { setup, instance: new HeartbeatInstance(setup, notifiers) };
}

export const Heartbeat = new DefaultHeartbeat();
