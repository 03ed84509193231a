import type { NodeCallback } from './callbacks.js';
import { HeartbeatInstance } from './instance.js';
import type { Nodes } from './nodes.js';
import { NotifierList, type NotifierEntry, type Notifying } from './notifier-list.js';
import type { HeartbeatOptions, LogTarget } from './options.js';
import type { Users } from './presence.js';

/** What `Heartbeat.setup` is given to fill in. */
export interface Setup extends Omit<HeartbeatOptions, 'notifiers' | 'logger'> {
  /** To add to, or to be set to a list. */
  get notifiers(): NotifierList;
  set notifiers(notifiers: Iterable<Notifying | NotifierEntry>);
  /** Of which at least `level` may be set. */
  logger: LogTarget;
}

/** The instance of a program that needs only one. It starts when it is first used. */
class DefaultHeartbeat {
  #setup = newSetup();
  #instance = new HeartbeatInstance(this.#setup, this.#setup.notifiers);

  /**
   * Sets options; it may be called several times.
   *
   * @throws TypeError once the instance is in use
   */
  setup(configure: (config: Setup) => void): void {
    if (this.#instance.started)
      throw new TypeError('Heartbeat is in use: set it up before that, or close it first');
    configure(this.#setup);
  }

  /** Calls back when a node has failed. Answers with a function that ends that. */
  onFailure(callback: NodeCallback): () => void {
    return this.#instance.onFailure(callback);
  }

  /** Calls back when a node that had failed is active again. */
  onRecovery(callback: NodeCallback): () => void {
    return this.#instance.onRecovery(callback);
  }

  /** To be added to before it is in use. */
  get notifiers(): NotifierList {
    return this.#instance.notifiers;
  }

  get nodes(): Nodes {
    return this.#instance.nodes;
  }

  get users(): Users {
    return this.#instance.users;
  }

  /** All else that there is to it. After `close` it is another one. */
  get instance(): HeartbeatInstance {
    return this.#instance;
  }

  start(): Promise<HeartbeatInstance> {
    return this.#instance.start();
  }

  /** Stops it, callbacks and notifiers included; it may be set up anew. */
  async close(): Promise<void> {
    const closing = this.#instance;
    this.#setup = newSetup();
    this.#instance = new HeartbeatInstance(this.#setup, this.#setup.notifiers);
    await closing.close();
  }
}

function newSetup(): Setup {
  const notifiers = new NotifierList();
  return {
    logger: { level: 'info' },
    get notifiers(): NotifierList {
      return notifiers;
    },
    set notifiers(given: Iterable<Notifying | NotifierEntry>) {
      notifiers.replace(given);
    },
  };
}

export const Heartbeat = new DefaultHeartbeat();
