import type { NodeReply, NodeRequest } from '../../actors/node/node.protocol.js';
import { readPause, type PauseEnd } from './pausing.js';
import { ANYBODY } from '../domain/access.js';
import type { NodeState } from '../domain/node.js';
import type { NodeName } from '../domain/node-name.js';
import { readPing, type PingOptions } from './pinging.js';
import { describedProbe, type ProbeDescription } from './probe.js';
import { describedPing, type PingDescription } from './ping-description.js';
import { HeartbeatError } from '../errors.js';
import type { Daemon } from '../app/api/daemon.js';
import { causesOf, changeDependencies } from '../app/dependencies.js';
import { readAcknowledgement, type Acknowledgement } from './acknowledging.js';
import { askForNode, askNode, instantOf, nodeNameOf, readReason, refuseBody } from './arguments.js';
import { batchResult, parsedBatch, type BatchResult } from './batches.js';
import { camel } from './casing.js';
import { nodeRegistration } from './check-options.js';
import { refuseProblems } from './checks.js';
import { changeOf, unplaced, type NodeRegistration } from './node-registration.js';
import { FILTER, FLIPS, UPTIME, type FlipsRange, type NodeFilter, type UptimeRange } from './node-filters.js';
import {
  describedFlip,
  describedNode,
  describedUptime,
  type NodeChanged,
  type NodeDescription,
  type NodeUptime,
} from './node-description.js';
import { callDaemon, duringCall, pulled } from './calls.js';
import {
  describedReport,
  describedReportOfNodes,
  REPORT,
  REPORT_OF_NODES,
  requestOf,
  type NodesUptimeReport,
  type NodeUptimeReport,
  type UptimeReportFilter,
  type UptimeReportRange,
} from './uptime-reports.js';

/** The number of nodes. A paused node counts in its state, too. */
export interface NodeCounts extends Readonly<Record<NodeState, number>> {
  readonly registered: number;
  readonly paused: number;
}

/** The page size of a walk over all nodes. */
const PAGE = 500;

/**
 * The nodes, by name. Each call asks the node's actor, and rejects with a `HeartbeatError` if it is refused.
 * docs/api.md explains each call.
 */
export class Nodes {
  readonly #daemon: () => Promise<Daemon>;
  readonly #forgotten: (name: string) => void;

  constructor(daemon: () => Promise<Daemon>, forgotten: (name: string) => void = () => undefined) {
    this.#daemon = daemon;
    this.#forgotten = forgotten;
  }

  /** Registers a node, or changes its settings: an absent one stays, null resets it to the instance's value. */
  async register(name: string, settings: NodeRegistration = {}): Promise<NodeDescription> {
    const wrong = nodeRegistration(settings, '');
    if (wrong.length > 0) refuseBody('settings of a node', wrong.map(unplaced));
    const daemon = await this.#daemon();
    const change = changeOf(settings, daemon.alerts.channels);
    const dependsOn = change.dependsOn ?? [];
    const make = (): Promise<NodeDescription> => this.#ask(name, { kind: 'put', change });
    if (dependsOn.length === 0) return make();
    const node = nodeNameOf(name);
    const outcome = await duringCall(daemon, () =>
      changeDependencies(daemon.nodes, node, dependsOn, ANYBODY, make),
    );
    if ('made' in outcome) return outcome.made;
    const { problem } = outcome;
    return refuseBody('settings of a node', [{ ...problem, path: camel(problem.path) }]);
  }

  /** Sends a heartbeat. The first one of an unknown name registers it. */
  async heartbeat(name: string): Promise<void> {
    await askNode(await this.#daemon(), nodeNameOf(name), { kind: 'heartbeat' });
  }

  /** Sends heartbeats for many nodes. A refused one does not affect the others. */
  async heartbeats(names: readonly string[]): Promise<BatchResult> {
    const batch = parsedBatch(['names', 'names'], names, nodeNameOf);
    const daemon = await this.#daemon();
    const good = batch.ids.map(({ id }) => id);
    const replies = await callDaemon<readonly NodeReply[]>(daemon, (resolve) => {
      if (good.length === 0) resolve([]);
      else daemon.nodes.heartbeats(good, resolve);
    });
    return batchResult(batch, replies);
  }

  /** Counts a missed heartbeat, as if the deadline were now. */
  async miss(name: string): Promise<NodeDescription> {
    return this.#ask(name, { kind: 'miss' });
  }

  /**
   * Reports a failure, without retries.
   *
   * @param reason shown in the flip and the alert; up to 10,000 bytes
   */
  async fail(name: string, reason?: string): Promise<NodeDescription> {
    return this.#ask(name, { kind: 'fail', reason: readReason(reason) });
  }

  /**
   * Pauses it: it accepts heartbeats, and misses none.
   *
   * @param end when the pause ends by itself, never early; without one it lasts until `resume`
   */
  async pause(name: string, end: PauseEnd = {}): Promise<NodeDescription> {
    return this.#ask(name, { kind: 'pause', ...readPause(end) });
  }

  async resume(name: string): Promise<NodeDescription> {
    return this.#ask(name, { kind: 'resume' });
  }

  /** Acknowledges its failure: no reminders and no escalation. */
  async acknowledge(name: string, acknowledgement: Acknowledgement): Promise<NodeDescription> {
    return this.#ask(name, { kind: 'acknowledge', ...readAcknowledgement(acknowledgement) });
  }

  /** Takes the acknowledgement back: reminders continue. Does nothing without one. */
  async unacknowledge(name: string): Promise<NodeDescription> {
    return this.#ask(name, { kind: 'unacknowledge' });
  }

  /**
   * Pings for its job: it has succeeded, or what the options say.
   *
   * @returns `Created` if the ping has registered the node
   * @throws HeartbeatError `HEARTBEAT_UNKNOWN_NODE` unless it may `create` it
   */
  async ping(name: string, options: PingOptions = {}): Promise<'OK' | 'Created'> {
    const daemon = await this.#daemon();
    const request = readPing(options, daemon.pings.bodyLimit);
    const reply = await askNode(daemon, nodeNameOf(name), request);
    return reply.kind === 'pinged' && reply.created ? 'Created' : 'OK';
  }

  /** The pings of its job that are kept, newest first. What is not pulled is not read. */
  async *pings(name: string): AsyncGenerator<PingDescription> {
    const node = nodeNameOf(name);
    const daemon = await this.#daemon();
    await askForNode(daemon, node, { kind: 'describe' });
    for await (const chunk of pulled(daemon, daemon.pings.kept(node)))
      for (const ping of chunk) yield describedPing(ping);
  }

  /** What is kept of the body of a ping; undefined if there is no such ping. */
  async pingBody(name: string, n: number): Promise<Uint8Array | undefined> {
    const daemon = await this.#daemon();
    return duringCall(daemon, () => daemon.pings.body(nodeNameOf(name), n));
  }

  /** The last results of its probe, newest first. */
  async probes(name: string): Promise<readonly ProbeDescription[]> {
    const daemon = await this.#daemon();
    const node = nodeNameOf(name);
    await askForNode(daemon, node, { kind: 'describe' });
    return daemon.probes.resultsOf(node).map(describedProbe);
  }

  /** The secret UUID by which pings name it. */
  async pingUuid(name: string): Promise<string> {
    const daemon = await this.#daemon();
    return duringCall(daemon, async () =>
      daemon.pings.uuidOf(await askForNode(daemon, nodeNameOf(name), { kind: 'describe' })),
    );
  }

  /** Gives it another ping UUID: pings with the one before no longer reach it. */
  async renewPingUuid(name: string): Promise<string> {
    await this.#ask(name, { kind: 'renew_ping_uuid' });
    return this.pingUuid(name);
  }

  /** Deletes a node and everything stored about it. */
  async forget(name: string): Promise<void> {
    await askNode(await this.#daemon(), nodeNameOf(name), { kind: 'forget' });
    this.#forgotten(name);
  }

  /** @returns undefined if the node is unknown */
  async get(name: string): Promise<NodeDescription | undefined> {
    try {
      return await this.#ask(name, { kind: 'describe' });
    } catch (error) {
      if (error instanceof HeartbeatError && error.code === 'HEARTBEAT_UNKNOWN_NODE') return undefined;
      throw error;
    }
  }

  /** Matching nodes by name. What is not pulled is not read. */
  async *list(filter: NodeFilter = {}): AsyncGenerator<NodeDescription> {
    refuseProblems('filter', FILTER(filter, 'filter'));
    const daemon = await this.#daemon();
    const { label, ...others } = filter;
    const wanted = { ...others, labels: label && [label] };
    let after: NodeName | undefined;
    do {
      const { nodes, next } = await duringCall(daemon, async () => {
        const page = await daemon.nodes.list(wanted, after, PAGE);
        const causes = await causesOf(daemon.nodes, page.nodes, ANYBODY);
        return { ...page, nodes: page.nodes.map((node) => describedNode(node, causes.get(node.name))) };
      });
      yield* nodes;
      after = next;
    } while (after !== undefined);
  }

  async counts(): Promise<NodeCounts> {
    const counted: Record<NodeState, number> = { active: 0, inactive: 0, failed: 0 };
    let [registered, paused] = [0, 0];
    for await (const node of this.list()) {
      registered++;
      counted[node.state]++;
      if (node.paused) paused++;
    }
    return { registered, ...counted, paused };
  }

  /** The changes of its state, newest first by default. What is not pulled is not read. */
  async *flips(name: string, range: FlipsRange = {}): AsyncGenerator<NodeChanged> {
    const node = nodeNameOf(name);
    refuseProblems('range', FLIPS(range, 'range'));
    const daemon = await this.#daemon();
    await askForNode(daemon, node, { kind: 'describe' });
    const { from, before, order = 'desc' } = range;
    const within = { from: instantOf(from), before: instantOf(before), order };
    for await (const chunk of pulled(daemon, daemon.nodes.flips(node, within)))
      for (const flip of chunk) yield describedFlip(name, flip);
  }

  /** Time spent in each state. */
  async uptime(name: string, range: UptimeRange = {}): Promise<NodeUptime> {
    const node = nodeNameOf(name);
    refuseProblems('range', UPTIME(range, 'range'));
    const daemon = await this.#daemon();
    const asked = { from: instantOf(range.from), to: instantOf(range.to) };
    return duringCall(daemon, async () => {
      const described = await askForNode(daemon, node, { kind: 'describe' });
      const { from, to, uptime } = await daemon.nodes.uptime(described, asked);
      return describedUptime(from, to, uptime);
    });
  }

  /** Its uptime by days and months by the clocks of a time zone, with its incidents. */
  async uptimeReport(name: string, range: UptimeReportRange = {}): Promise<NodeUptimeReport> {
    const node = nodeNameOf(name);
    refuseProblems('range', REPORT(range, 'range'));
    const daemon = await this.#daemon();
    return duringCall(daemon, async () => {
      const described = await askForNode(daemon, node, { kind: 'describe' });
      return describedReport(await daemon.nodes.uptimeReport(described, requestOf(range)));
    });
  }

  /** The same of all matching nodes together. At most 10,000 may match. */
  async uptimeReportOf(filter: UptimeReportFilter = {}): Promise<NodesUptimeReport> {
    refuseProblems('filter', REPORT_OF_NODES(filter, 'filter'));
    const daemon = await this.#daemon();
    const { label, name, ...range } = filter;
    return duringCall(daemon, async () =>
      describedReportOfNodes(
        await daemon.nodes.uptimeReportOf({ labels: label && [label], name }, requestOf(range), () => true),
      ),
    );
  }

  async #ask(name: string, request: NodeRequest): Promise<NodeDescription> {
    const daemon = await this.#daemon();
    const asked = nodeNameOf(name);
    return duringCall(daemon, async () => {
      const node = await askForNode(daemon, asked, request);
      const causes = await causesOf(daemon.nodes, [node], ANYBODY);
      return describedNode(node, causes.get(node.name));
    });
  }
}
