import { isDeepStrictEqual } from 'node:util';
import type { NodeWithCause } from '../../client/api/contract/types.js';
import type { HeartbeatClient } from '../../client/api/heartbeat-client.js';
import type { NodeSettings } from '../../client/api/nodes-api.js';
import { HeartbeatRequestError, isUnreachable } from '../../client/api/request-error.js';
import { inCamelCase } from '../../client/api/sent-values.js';
import type { ImportedNode } from './imported-node.js';

/** What became of a node. In a dry run, what would become of it. */
export interface Outcome {
  readonly node: ImportedNode;
  readonly outcome: 'registered' | 'changed' | 'unchanged' | 'refused';
  /** The settings that change, by their names in the API. */
  readonly changes: readonly string[];
  /** Why it was refused. */
  readonly reason?: string;
  /** By which its jobs can ping it. Present if the daemon shows it. */
  readonly pingUuid?: string;
}

type Daemon = Pick<HeartbeatClient, 'nodes'>;

export interface Brought {
  readonly outcomes: readonly Outcome[];
  /** Why the nodes behind these were not looked at: the daemon is away, or the key may not do this. */
  readonly brokenOff?: Error;
}

/**
 * Brings nodes to the daemon, one after the other. A node that is there and has the same settings is not touched, so a
 * second run changes nothing, and a pause is only set where a node is registered.
 */
export async function bringOver(
  daemon: Daemon,
  nodes: readonly ImportedNode[],
  isDryRun: boolean,
): Promise<Brought> {
  const outcomes: Outcome[] = [];
  try {
    for (const node of nodes) outcomes.push(await bring(daemon, node, isDryRun));
  } catch (error) {
    if (!(error instanceof HeartbeatRequestError)) throw error;
    return { outcomes, brokenOff: error };
  }
  return { outcomes };
}

/** @throws HeartbeatRequestError if no other node would fare better */
async function bring({ nodes }: Daemon, node: ImportedNode, isDryRun: boolean): Promise<Outcome> {
  try {
    const before = await nodes.get(node.name);
    const changes = before === undefined ? [] : differing(before, node.settings);
    const outcome = before === undefined ? 'registered' : changes.length > 0 ? 'changed' : 'unchanged';
    if (isDryRun || outcome === 'unchanged') return done(node, outcome, changes, before?.pingUuid);
    const isPaused = before === undefined && node.isPaused;
    const settings = inCamelCase({ ...node.settings, ...(isPaused && { paused: true }) });
    // oxlint-disable-next-line typescript/consistent-type-assertions -- parsing: they were checked by the same schema
    const { pingUuid } = await nodes.register(node.name, settings as NodeSettings);
    return done(node, outcome, changes, pingUuid);
  } catch (error) {
    if (!(error instanceof HeartbeatRequestError) || isUnreachable(error) || isForAll(error)) throw error;
    return { node, outcome: 'refused', changes: [], reason: error.message };
  }
}

function done(
  node: ImportedNode,
  outcome: Outcome['outcome'],
  changes: readonly string[],
  pingUuid: string | undefined,
): Outcome {
  return { node, outcome, changes, ...(pingUuid !== undefined && { pingUuid }) };
}

/** Whether the next node would be refused, too: the key, or a daemon that is not ready. */
function isForAll({ status }: HeartbeatRequestError): boolean {
  return status === 401 || status === 403 || status === 503;
}

/** The wanted settings that the node does not have. */
function differing(before: NodeWithCause, wanted: ImportedNode['settings']): readonly string[] {
  const has: Readonly<Record<string, unknown>> = { ...before };
  const names = Object.keys(wanted);
  const same = inCamelCase(wanted);
  const entries: [string, unknown][] = typeof same === 'object' && same !== null ? Object.entries(same) : [];
  return entries.flatMap(([key, value], index) =>
    isDeepStrictEqual(has[key], value) ? [] : (names[index] ?? []),
  );
}
