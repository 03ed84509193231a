import type { HttpCalls } from './http-calls.js';
import type {
  Answers,
  Bodies,
  Flip,
  Node,
  NodeWithCause,
  Ping,
  Queries,
  Uptime,
  UptimeReport,
  UptimeReportOfNodes,
} from './contract/types.js';
import { HeartbeatRequestError } from './request-error.js';
import { inPath } from './ids.js';
import { expectOptions, type CallOptions } from './client-options.js';
import { inParts, joinAccepted, pages, type Accepted } from './lists.js';
import { bodyOf } from './sent-values.js';
import type { When } from './when.js';

/** The settings of a node. An absent one is not changed, and null restores the daemon's own. */
export type NodeSettings = Bodies['putNode'];

/** Which nodes to list. */
export interface NodesFilter extends Omit<Queries['nodes'], 'cursor' | 'limit' | 'paused'>, CallOptions {
  /** Only paused nodes, or only others. */
  readonly paused?: boolean | undefined;
}

/** Which flips to list. */
export type FlipsRange = Omit<Queries['flips'], 'cursor' | 'limit'> & CallOptions;

export type UptimeRange = Queries['node'] & CallOptions;

/** The range of a report, the time zone of its days, and how much is listed. */
export type UptimeReportRange = Omit<Queries['nodeUptime'], OfFiles> & CallOptions;

/** The same, and which nodes it is about. */
export type UptimeReportFilter = Omit<Queries['uptime'], OfFiles> & CallOptions;

/** Programs have the report itself. */
type OfFiles = 'format' | 'table';

/** Who takes care of a failed node. */
export interface AcknowledgeOptions extends Omit<Bodies['acknowledgeNode'], 'until'> {
  /** When it ends by itself. Default: never. */
  readonly until?: Date | number | string;
}

export interface RegisterOptions extends CallOptions {
  /** Changes nothing if its settings have another tag: the `settingsTag` of a node that was read. */
  readonly settingsTag?: string | undefined;
}

const SIGNAL = ['signal'];
const UNKNOWN = 'HEARTBEAT_UNKNOWN_NODE';
/** Before anything that a daemon knows. */
const BEGINNING = new Date(0);

/** When a pause ends by itself; without either, it has no end. */
export interface PauseOptions extends CallOptions {
  /** Seconds. */
  readonly for?: number | undefined;
  readonly until?: When | undefined;
}

/** The nodes, by name. */
export class Nodes<Id> {
  readonly #calls: HttpCalls<Id>;

  constructor(calls: HttpCalls<Id>) {
    this.#calls = calls;
  }

  /**
   * Registers a node, or changes its settings.
   *
   * @throws HeartbeatRequestError `HEARTBEAT_PRECONDITION_FAILED` if its settings have another tag
   */
  async register(
    name: string,
    settings: NodeSettings = {},
    { settingsTag, ...options }: RegisterOptions = {},
  ): Promise<Node> {
    const headers = settingsTag === undefined ? {} : { 'if-match': `"${settingsTag}"` };
    return this.#calls.call('putNode', { ...about(name, options), body: bodyOf(settings), headers });
  }

  /** Sends a heartbeat. The first one of an unknown name registers it. */
  heartbeat(name: string, options?: CallOptions): Promise<void>;
  /** Sends heartbeats for many nodes. A refused one does not affect the others. */
  heartbeat(names: readonly string[], options?: CallOptions): Promise<Accepted>;
  async heartbeat(names: string | readonly string[], options: CallOptions = {}): Promise<unknown> {
    expectOptions(options, SIGNAL);
    if (typeof names === 'string') {
      await this.#calls.call('heartbeat', about(names, options));
      return undefined;
    }
    const { signal } = options;
    return inParts(
      names,
      (part) => this.#calls.call('heartbeats', { body: JSON.stringify(part), signal }),
      joinAccepted,
    );
  }

  /** @returns undefined if the node is unknown */
  async get(name: string, options: CallOptions = {}): Promise<Answers['node'] | undefined> {
    try {
      return await this.#calls.call('node', about(name, options));
    } catch (error) {
      if (error instanceof HeartbeatRequestError && error.code === UNKNOWN) return undefined;
      throw error;
    }
  }

  /** By name. What is not pulled is not read. */
  list(filter: NodesFilter = {}): AsyncGenerator<NodeWithCause, undefined> {
    const { signal, ...query } = filter;
    return pages(async (cursor) => {
      const page = await this.#calls.call('nodes', { query: { ...query, cursor }, signal });
      return { items: page.nodes, next: page.nextCursor };
    });
  }

  /** The changes of its state, oldest first by default. What is not pulled is not read. */
  flips(name: string, range: FlipsRange = {}): AsyncGenerator<Flip, undefined> {
    const { signal, ...query } = range;
    return pages(async (cursor) => {
      const page = await this.#calls.call('flips', {
        ...about(name, { signal }),
        query: { ...query, cursor },
      });
      return { items: page.flips, next: page.nextCursor };
    });
  }

  /** Time spent in each state; by default, since its registration. */
  async uptime(name: string, range: UptimeRange = {}): Promise<Uptime> {
    const { signal, ...query } = range;
    const asked = { ...about(name, { signal }), query: { from: BEGINNING, ...query } };
    const { uptime } = await this.#calls.call('node', asked);
    if (uptime === undefined) throw new TypeError('a range was asked for, and there is no uptime');
    return uptime;
  }

  /** Its uptime by days and months, with its incidents; by default of 90 days. */
  async uptimeReport(name: string, range: UptimeReportRange = {}): Promise<UptimeReport> {
    const { signal, ...query } = range;
    return this.#calls.call('nodeUptime', { ...about(name, { signal }), query });
  }

  /** The same of all nodes together, or of those with a label; at most 10,000. */
  async uptimeReportOf(filter: UptimeReportFilter = {}): Promise<UptimeReportOfNodes> {
    const { signal, ...query } = filter;
    return this.#calls.call('uptime', { query, signal });
  }

  /** The addresses of the badges of a node, or of a label as `key:value`. */
  async badges(of: Queries['badges'], options: CallOptions = {}): Promise<Answers['badges']['badges']> {
    expectOptions(options, SIGNAL);
    const { badges } = await this.#calls.call('badges', { query: of, signal: options.signal });
    return badges;
  }

  /** Reports a failure, without retries. @param reason shown in the flip and the alert; up to 10,000 bytes */
  async fail(name: string, reason?: string, options: CallOptions = {}): Promise<Node> {
    const body = reason === undefined ? undefined : JSON.stringify({ reason });
    return this.#calls.call('failNode', { ...about(name, options), body });
  }

  /** Stops watching it, until `resume` or by itself after some seconds or at a time. */
  async pause(name: string, { for: seconds, until, ...options }: PauseOptions = {}): Promise<Node> {
    const body = bodyOf({ for: seconds, until });
    return this.#calls.call('pauseNode', { ...about(name, options), body });
  }

  /** Watches it again. */
  async resume(name: string, options: CallOptions = {}): Promise<Node> {
    return this.#calls.call('resumeNode', about(name, options));
  }

  /** Acknowledges its failure: no reminders and no escalation. */
  async acknowledge(
    name: string,
    acknowledgement: AcknowledgeOptions,
    options: CallOptions = {},
  ): Promise<Node> {
    return this.#calls.call('acknowledgeNode', { ...about(name, options), body: bodyOf(acknowledgement) });
  }

  /** Takes the acknowledgement back. Does nothing without one. */
  async unacknowledge(name: string, options: CallOptions = {}): Promise<Node> {
    return this.#calls.call('unacknowledgeNode', about(name, options));
  }

  /** The pings of its job that are kept, newest first. What is not pulled is not read. */
  pings(name: string, options: CallOptions = {}): AsyncGenerator<Ping, undefined> {
    return pages(async (cursor) => {
      const page = await this.#calls.call('pings', { ...about(name, options), query: { cursor } });
      return { items: page.pings, next: page.nextCursor };
    });
  }

  /** How the daemon probes it, and the last results, newest first. */
  async probes(name: string, options: CallOptions = {}): Promise<Answers['probes']> {
    return this.#calls.call('probes', about(name, options));
  }

  /** What is kept of the body of a ping, as text. */
  async pingBody(name: string, n: number, options: CallOptions = {}): Promise<string> {
    const { path, signal } = about(name, options);
    return this.#calls.call('pingBody', { path: [...path, String(n)], signal });
  }

  /** Gives it another `pingUuid`: pings with the one before no longer reach it. Not retried once it was sent. */
  async renewPingUuid(name: string, options: CallOptions = {}): Promise<Node> {
    return this.#calls.call('renewPingUuid', about(name, options));
  }

  /** Deletes a node and everything stored about it. */
  async forget(name: string, options: CallOptions = {}): Promise<void> {
    await this.#calls.call('forgetNode', about(name, options));
  }
}

/** A call about one node. */
function about(
  name: string,
  options: CallOptions,
): { path: readonly string[]; signal: CallOptions['signal'] } {
  expectOptions(options, SIGNAL);
  return {
    path: [inPath(name, 'HEARTBEAT_INVALID_NODE_NAME', 'invalid node name')],
    signal: options.signal,
  };
}
