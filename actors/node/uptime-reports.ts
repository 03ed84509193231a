import type { Flip } from '../../src/domain/node.js';
import type { BlindInterval } from '../../src/domain/blindness.js';
import { localDaysIn } from '../../src/domain/local-days.js';
import type { NodeName } from '../../src/domain/node-name.js';
import { instant, type Instant } from '../../src/domain/time.js';
import { inOneChunk, measure, noTime, type TimeSink } from '../../src/domain/uptime.js';
import {
  DayTotals,
  FirstOf,
  IncidentReader,
  monthsOf,
  MOST_NODES,
  totalOf,
  type Incident,
  type NodeShare,
  type UptimeReport,
  type UptimeReportOfNodes,
  type UptimeRequest,
} from '../../src/domain/uptime-report.js';
import { HeartbeatError } from '../../src/errors.js';
import type { HistoryStore } from '../../src/ports/history-store.js';
import type { Slices } from '../../src/runtime/slices.js';
import type { DescribedNode } from './node.protocol.js';
import { flipsSince, type NodeFilter, type NodesReader, type NodesReaderDeps } from './nodes-reader.js';
import { tellStoredPast, type StoredDays } from './stored-past.js';

const PAGE = 500;
/** Nodes that are read at the same time. Their chunks are read in turns. */
const AT_ONCE = 16;

export interface UptimeReportsDeps extends Pick<NodesReaderDeps, 'silenced'> {
  readonly reader: Pick<NodesReader, 'list' | 'flips' | 'pauses'>;
  readonly store: Pick<HistoryStore, 'blindBetween' | 'acknowledgements'> & StoredDays;
  readonly slices: Slices;
}

type Blind = AsyncIterable<readonly Pick<BlindInterval, 'from' | 'to'>[]>;

/** Uptime by days and months, with incidents: of one node, or of many. See decision 210. */
export class UptimeReports {
  readonly #deps: UptimeReportsDeps;

  constructor(deps: UptimeReportsDeps) {
    this.#deps = deps;
  }

  async ofNode(node: DescribedNode, request: UptimeRequest): Promise<UptimeReport> {
    const tally = new Tally(request);
    await this.#measure(node, tally, this.#deps.store.blindBetween(request.from, request.to));
    return this.#reportOf(tally);
  }

  /**
   * @param isWanted asked again and again: nobody may be waiting any more
   * @throws HeartbeatError `HEARTBEAT_INVALID_QUERY` for more than `MOST_NODES` nodes
   */
  async ofNodes(
    filter: NodeFilter,
    request: UptimeRequest,
    isWanted: () => boolean,
  ): Promise<UptimeReportOfNodes> {
    const tally = new Tally(request);
    const shares = new FirstOf<NodeShare>(request.most, (one, other) => {
      const byTime = other.uptime.failed - one.uptime.failed;
      return byTime === 0 ? (one.node < other.node ? -1 : 1) : byTime;
    });
    // Once for all nodes.
    const blind: Pick<BlindInterval, 'from' | 'to'>[] = [];
    for await (const chunk of this.#deps.store.blindBetween(request.from, request.to)) blind.push(...chunk);
    const work = this.#deps.slices.begin();
    let after: NodeName | undefined;
    do {
      const page = await this.#deps.reader.list(filter, after, PAGE);
      for (let at = 0; at < page.nodes.length; at += AT_ONCE) {
        if (!isWanted()) throw new HeartbeatError('HEARTBEAT_ANSWER_TIMEOUT', 'nobody waits for the report');
        const some = page.nodes.slice(at, at + AT_ONCE);
        if (shares.count + some.length > MOST_NODES) throw tooManyNodes();
        const measured = some.map((node) => this.#measure(node, tally, inOneChunk(blind)));
        for (const share of await Promise.all(measured)) shares.add(share);
        if (work.isOver) await work.next();
      }
      after = page.next;
    } while (after !== undefined);
    return { ...(await this.#reportOf(tally)), nodes: shares.all(), nodeCount: shares.count };
  }

  async #measure(node: DescribedNode, tally: Tally, blind: Blind): Promise<NodeShare> {
    const { silenced, reader, store } = this.#deps;
    const { to } = tally;
    const known = instant(Math.max(tally.from, node.registeredAt));
    const uptime = noTime();
    let incidents = 0;
    if (known < to) {
      const add: TimeSink = (what, begin, end) => {
        uptime[what] += end - begin;
        tally.times.add(what, begin, end);
      };
      const stored = await tellStoredPast(store, node, tally, add, (at, began) => {
        incidents += began;
        tally.times.addIncidents(at, began);
      });
      tally.unlisted += incidents;
      const { flipsFrom: from } = stored;
      if (from === to) return { node: node.name, uptime, incidents };
      // A stored day has counted its beginning, if it began in the range.
      const isCounted = incidents > 0;
      const { state, flips, isEmpty } = await flipsSince(reader, node, from);
      const open = state === 'failed' ? await this.#openAt(node, from, !isEmpty) : undefined;
      const found = new IncidentReader(node.name, open, (incident) => {
        if (incident.to !== undefined && incident.to <= from) return;
        if (from > known && incident.from === open?.from) {
          if (isCounted) tally.unlisted--;
          else incidents++;
          tally.incidents.add(incident);
          return;
        }
        incidents++;
        tally.add(incident);
      });
      const past = { flips, pauses: reader.pauses(node), blind };
      const silences = await silenced(node, { from, to });
      const next = await measure<Flip>({ from, to, state }, past, silences, add, (flip) => found.flip(flip));
      found.end(next);
    }
    return { node: node.name, uptime, incidents };
  }

  /** The incident that a node was in at an instant. */
  async #openAt(node: DescribedNode, at: Instant, isOver: boolean): Promise<Incident> {
    const { name } = node;
    for await (const chunk of this.#deps.reader.flips(name, { before: at, order: 'desc' })) {
      const [flip] = chunk;
      if (flip === undefined) continue;
      const { cause, reason } = flip;
      return { node: name, from: flip.at, to: undefined, cause, ...(reason !== undefined && { reason }) };
    }
    return { node: name, from: isOver ? at : node.since, to: undefined, cause: undefined };
  }

  async #reportOf(tally: Tally): Promise<UptimeReport> {
    const { timeZone, from, to } = tally;
    const days = tally.times.days();
    return {
      timeZone,
      from,
      to,
      uptime: totalOf(days),
      days,
      months: monthsOf(days),
      incidents: await this.#acknowledged(tally.incidents.all()),
      incidentCount: tally.incidents.count + tally.unlisted,
    };
  }

  /** With who acknowledged them. */
  async #acknowledged(incidents: readonly Incident[]): Promise<readonly Incident[]> {
    const byNode = new Map<NodeName, Incident[]>();
    for (const incident of incidents) {
      const others = byNode.get(incident.node);
      if (others === undefined) byNode.set(incident.node, [incident]);
      else others.push(incident);
    }
    const found = new Map<Incident, Incident>();
    for (const [node, own] of byNode) {
      const begins = new Map(own.map((incident) => [incident.from, incident]));
      // Newest first.
      const [last, first] = [own[0], own.at(-1)];
      if (last === undefined || first === undefined) continue;
      const range = { from: first.from, to: last.from };
      for await (const chunk of this.#deps.store.acknowledgements(node, range))
        for (const acknowledged of chunk) {
          const incident = begins.get(acknowledged.since);
          if (incident !== undefined) found.set(incident, { ...incident, acknowledged });
        }
    }
    return incidents.map((incident) => found.get(incident) ?? incident);
  }
}

/** What is added up for a report. */
class Tally {
  readonly timeZone: string;
  readonly from: Instant;
  readonly to: Instant;
  readonly times: DayTotals;
  readonly incidents: FirstOf<Incident>;
  /** Incidents of days whose flips were pruned. */
  unlisted = 0;

  constructor({ timeZone, from, to, most }: UptimeRequest) {
    this.timeZone = timeZone;
    this.from = from;
    this.to = to;
    this.times = new DayTotals(localDaysIn(timeZone, from, to));
    this.incidents = new FirstOf(most, (one, other) => other.from - one.from);
  }

  add(incident: Incident): void {
    this.incidents.add(incident);
    if (incident.from >= this.from) this.times.addIncidents(incident.from, 1);
  }
}

function tooManyNodes(): HeartbeatError {
  return new HeartbeatError(
    'HEARTBEAT_INVALID_QUERY',
    `more than ${MOST_NODES} nodes: ask for a label or a beginning of names that fewer of them have`,
  );
}
