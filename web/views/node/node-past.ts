import type { Api, HeartbeatClient } from '../../../src/client/api/index.js';
import { firstOf } from '../../daemon/lists.js';

/** What is known of a node's past. */
export interface NodePast {
  /** In the order of time. */
  readonly flips: readonly Api.Flip[];
  /** Before it nothing is known. */
  readonly since: Date;
  readonly report: Api.UptimeReport;
}

/** What its job has said, and what its probes have found. The latest first. */
export interface NodeSigns {
  readonly pings: readonly Api.Ping[];
  readonly probes: readonly Api.ProbeResult[];
}

/** More on one axis are one colour. */
const MOST_FLIPS = 1000;
/** The daemon keeps no more. */
const MOST_PINGS = 100;

/** Reads the past of a node, as far as it is kept and can be drawn. */
export async function readPast(
  client: HeartbeatClient,
  name: string,
  signal: AbortSignal,
): Promise<NodePast> {
  const [latest, report, uptime] = await Promise.all([
    firstOf(client.nodes.flips(name, { order: 'desc', signal }), MOST_FLIPS),
    client.nodes.uptimeReport(name, {
      timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      signal,
    }),
    client.nodes.uptime(name, { signal }),
  ]);
  const oldest = latest.items.at(-1);
  return {
    flips: latest.items.toReversed(),
    since: latest.hasMore && oldest !== undefined ? oldest.at : uptime.from,
    report,
  };
}

export async function readSigns(
  client: HeartbeatClient,
  name: string,
  signal: AbortSignal,
): Promise<NodeSigns> {
  const [pings, probes] = await Promise.all([
    firstOf(client.nodes.pings(name, { signal }), MOST_PINGS),
    client.nodes.probes(name, { signal }),
  ]);
  return { pings: pings.items, probes: probes.results };
}
