import type { TakenMany } from '../answers.js';
import { HeartbeatAnswerError } from '../errors.js';
import type { HeartbeatClient } from '../heartbeat-client.js';
import type { ChosenNode } from './registering.js';

/** Where heartbeats go: a daemon, or a tracker in the process. */
export interface Target {
  /** Rejects if their outcome is not known. */
  heartbeats(nodes: readonly string[]): Promise<TakenMany>;
  /** Registers the node with these settings, or changes them. */
  register(node: ChosenNode): Promise<void>;
  /** Reports that the node failed, and why. An unknown node is registered first. */
  fail(node: string, reason: string): Promise<void>;
  /** Closes its connections. */
  close(): Promise<void>;
}

const NOT_FOUND = 404;
const TOO_LARGE = 413;

/** A running daemon, by HTTP. */
export class DaemonTarget implements Target {
  readonly #client: HeartbeatClient;

  constructor(client: HeartbeatClient) {
    this.#client = client;
  }

  /** Sends what is too large for the daemon in halves: long names may fill a body before the limit of ids is reached. */
  async heartbeats(nodes: readonly string[]): Promise<TakenMany> {
    try {
      return await this.#client.heartbeats(nodes);
    } catch (error) {
      const isTooLarge = error instanceof HeartbeatAnswerError && error.status === TOO_LARGE;
      if (!isTooLarge || nodes.length < 2) throw error;
    }
    const middle = Math.ceil(nodes.length / 2);
    const first = await this.heartbeats(nodes.slice(0, middle));
    const second = await this.heartbeats(nodes.slice(middle));
    const moved = second.rejected.map(({ index, error }) => ({ index: index + middle, error }));
    return { accepted: first.accepted + second.accepted, rejected: [...first.rejected, ...moved] };
  }

  register({ name, settings }: ChosenNode): Promise<void> {
    return this.#client.register(name, settings);
  }

  async fail(node: string, reason: string): Promise<void> {
    try {
      await this.#client.fail(node, reason);
    } catch (error) {
      if (!(error instanceof HeartbeatAnswerError && error.status === NOT_FOUND)) throw error;
      await this.#client.register(node);
      await this.#client.fail(node, reason);
    }
  }

  close(): Promise<void> {
    return this.#client.close();
  }
}
