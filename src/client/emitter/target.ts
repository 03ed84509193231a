import type { HeartbeatClient } from '../api/heartbeat-client.js';
import type { Accepted } from '../api/lists.js';
import type { NodeSettings } from '../api/nodes-api.js';
import { HeartbeatRequestError } from '../api/request-error.js';
import { inCamelCase } from '../api/sent-values.js';
import type { ChosenNode } from './registering.js';

/** Where heartbeats go: a daemon, or a tracker in the process. */
export interface Target {
  /** Rejects if their outcome is not known. */
  heartbeats(nodes: readonly string[]): Promise<Accepted>;
  /** Registers the node with these settings, or changes them. */
  register(node: ChosenNode): Promise<void>;
  /** Reports that the node failed, and why. An unknown node is registered first. */
  fail(node: string, reason: string): Promise<void>;
  /** Closes its connections. */
  close(): Promise<void>;
}

const NOT_FOUND = 404;

/** A running daemon, by HTTP. */
export class DaemonTarget implements Target {
  readonly #client: HeartbeatClient;

  /** @param client that repeats no call: the emitter does so itself */
  constructor(client: HeartbeatClient) {
    this.#client = client;
  }

  heartbeats(nodes: readonly string[]): Promise<Accepted> {
    return this.#client.nodes.heartbeat(nodes);
  }

  async register({ name, settings }: ChosenNode): Promise<void> {
    // oxlint-disable-next-line typescript/consistent-type-assertions -- parsing: the daemon checks them
    await this.#client.nodes.register(name, inCamelCase(settings) as NodeSettings);
  }

  async fail(node: string, reason: string): Promise<void> {
    try {
      await this.#client.nodes.fail(node, reason);
    } catch (error) {
      if (!(error instanceof HeartbeatRequestError && error.status === NOT_FOUND)) throw error;
      await this.#client.nodes.register(node);
      await this.#client.nodes.fail(node, reason);
    }
  }

  close(): Promise<void> {
    return this.#client.close();
  }
}
