import type { Acknowledgement } from './acknowledging.js';
import { systemClock } from './clock.js';
import { Heartbeat } from './default.js';
import { aFunction, expectArgument, must } from './checks.js';
import { HeartbeatInstance } from './instance.js';
import { Node } from './node.js';
import type { NodeChanged } from './node-description.js';

/** Milliseconds after which a deadline that has just passed has been noticed, if the event loop runs. */
const ROUND = 50;

const aNode = must('given a Node: new Node("db-1")', (value) => value instanceof Node);
const aNodeOrName = must(
  'a Node, or the name of one',
  (value) => typeof value === 'string' || value instanceof Node,
);
const anInstance = must(
  'given an instance, as createHeartbeat makes it',
  (value) => value instanceof HeartbeatInstance,
);

/** Registers nodes, takes their heartbeats, and reports changes. */
export class Tracker {
  readonly instance: HeartbeatInstance;
  readonly #nodes = new Map<string, Node>();
  readonly #changes = new Map<string, NodeChanged>();
  readonly #watchers = new Set<(node: Node) => void>();

  /** @param instance whose actors it uses; default: those of `Heartbeat` */
  constructor(instance: HeartbeatInstance = Heartbeat.instance) {
    expectArgument('a tracker', instance, anInstance);
    this.instance = instance;
    instance.onChange((change) => {
      if (this.#nodes.has(change.node)) this.#note(change);
    });
  }

  /** The nodes that it has registered. */
  get nodes(): readonly Node[] {
    return [...this.#nodes.values()];
  }

  /**
   * Resolves once the registration is stored. A node that is registered already gets these settings.
   *
   * @throws HeartbeatError for an invalid name or invalid settings
   */
  async registerNode(node: Node): Promise<Node> {
    expectArgument('registerNode', node, aNode);
    await this.instance.track(node);
    this.#nodes.set(node.name, node);
    for (const watcher of this.#watchers) watcher(node);
    return node;
  }

  /** @throws HeartbeatError if the heartbeat was refused */
  async updateNodeHeartbeat(node: Node | string): Promise<void> {
    const { name, known } = this.#find(node);
    await (known === undefined ? this.instance.nodes.heartbeat(name) : known.updateHeartbeat());
  }

  /** The node reports a failure, which lasts until its next heartbeat. @throws HeartbeatError as the calls below */
  async failNode(node: Node | string, reason?: string): Promise<void> {
    const { name, known } = this.#find(node);
    await (known === undefined ? this.instance.nodes.fail(name, reason) : known.fail(reason));
  }

  /** Pauses the node. */
  async pauseNode(node: Node | string): Promise<void> {
    const { name, known } = this.#find(node);
    await (known === undefined ? this.instance.nodes.pause(name) : known.pause());
  }

  /** Ends the node's pause. */
  async resumeNode(node: Node | string): Promise<void> {
    const { name, known } = this.#find(node);
    await (known === undefined ? this.instance.nodes.resume(name) : known.resume());
  }

  /** Acknowledges its failure. */
  async acknowledgeNode(node: Node | string, acknowledgement: Acknowledgement): Promise<void> {
    const { name, known } = this.#find(node);
    await (known === undefined
      ? this.instance.nodes.acknowledge(name, acknowledgement)
      : known.acknowledge(acknowledgement));
  }

  /** Takes the acknowledgement back. */
  async unacknowledgeNode(node: Node | string): Promise<void> {
    const { name, known } = this.#find(node);
    await (known === undefined ? this.instance.nodes.unacknowledge(name) : known.unacknowledge());
  }

  #find(node: Node | string): { readonly name: string; readonly known: Node | undefined } {
    expectArgument('a node', node, aNodeOrName);
    const name = typeof node === 'string' ? node : node.name;
    return { name, known: this.#nodes.get(name) };
  }

  /**
   * Optional: the actors check the deadlines themselves. Waits until what is due has been noticed, and returns which
   * registered nodes changed since the last call, each with its state before and now. The two are the same if it failed
   * and recovered in between.
   */
  async checkForTimeouts(): Promise<NodeChanged[]> {
    await this.instance.start();
    await new Promise<void>((resolve) => systemClock.after(ROUND, resolve));
    const changes = [...this.#changes.values()];
    this.#changes.clear();
    return changes;
  }

  /** Calls back for every node that is registered, now or later. Returns a function that removes the callback. */
  watch(watcher: (node: Node) => void): () => void {
    expectArgument('watch', watcher, aFunction);
    for (const node of this.#nodes.values()) watcher(node);
    this.#watchers.add(watcher);
    return () => {
      this.#watchers.delete(watcher);
    };
  }

  /** One entry per node, however many changes there were. */
  #note(change: NodeChanged): void {
    const earlier = this.#changes.get(change.node);
    this.#changes.set(change.node, earlier === undefined ? change : { ...change, from: earlier.from });
  }
}
