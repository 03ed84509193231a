import { assertNever } from '../../domain/assert-never.js';
import type { Acknowledgement, Flip, NodeStatus, Pause, Registration } from '../../domain/node.js';
import type { NodeName } from '../../domain/node-name.js';
import { sameProbe, type KeptProbeResults, type NodeWithProbe } from '../../domain/probe.js';
import type { Instant } from '../../domain/time.js';
import {
  prunablePast,
  UTC_DAY,
  utcDayOf,
  type UptimeDay,
  type UptimeMarks,
} from '../../domain/uptime-day.js';
import type { HistoryRecord } from '../../ports/history-record.js';
import type { FlipRange, StoredNode } from '../../ports/history-store.js';

type NodeRecord = Extract<
  HistoryRecord,
  {
    readonly kind:
      | 'registered'
      | 'forgotten'
      | 'statuses'
      | 'flip'
      | 'paused'
      | 'acknowledged'
      | 'unacknowledged'
      | 'uptime_days'
      | 'probe_results';
  }
>;

/** The nodes of a store in memory. */
export class MemoryNodes {
  readonly #nodes = new Map<NodeName, Registration>();
  readonly #statuses = new Map<NodeName, NodeStatus>();
  readonly #flips = new Map<NodeName, Map<Instant, Flip>>();
  readonly #pauses = new Map<NodeName, Map<Instant, Pause>>();
  readonly #acknowledged = new Map<NodeName, Map<Instant, Acknowledgement>>();
  readonly #days = new Map<NodeName, Map<Instant, UptimeDay>>();
  readonly #probeResults = new Map<NodeName, KeptProbeResults>();
  marks: UptimeMarks = { storedTo: undefined, flipsFrom: undefined };

  apply(record: NodeRecord): void {
    switch (record.kind) {
      case 'registered':
        this.#nodes.set(record.node.name, record.node);
        return;
      case 'forgotten':
        for (const kept of [
          this.#nodes,
          this.#statuses,
          this.#flips,
          this.#pauses,
          this.#acknowledged,
          this.#days,
          this.#probeResults,
        ])
          kept.delete(record.node);
        return;
      case 'statuses':
        for (const { name, status } of record.nodes) this.#statuses.set(name, status);
        return;
      case 'flip':
        of(this.#flips, record.flip.node).set(record.flip.at, record.flip);
        return;
      case 'paused':
        of(this.#pauses, record.node).set(record.pause.from, record.pause);
        return;
      case 'acknowledged':
        of(this.#acknowledged, record.node).set(record.acknowledgement.since, record.acknowledgement);
        return;
      case 'unacknowledged':
        of(this.#acknowledged, record.node).delete(record.since);
        return;
      case 'uptime_days':
        for (const { node, days } of record.nodes)
          if (this.#nodes.has(node)) for (const day of days) of(this.#days, node).set(day.from, day);
        this.marks = { ...this.marks, ...record.marks };
        return;
      case 'probe_results':
        for (const node of record.forgotten) this.#probeResults.delete(node);
        for (const kept of record.kept)
          if (this.#nodes.has(kept.node)) this.#probeResults.set(kept.node, kept);
        return;
      default:
        assertNever(record);
    }
  }

  all(): StoredNode[] {
    return this.names(undefined).flatMap((name) => {
      const node = this.#nodes.get(name);
      const status = this.#statuses.get(name);
      return node === undefined || status === undefined ? [] : [{ node, status }];
    });
  }

  names(after: NodeName | undefined, from = ''): NodeName[] {
    const names = [...this.#nodes.keys()].filter((name) => byBytes(name, from) >= 0).sort(byBytes);
    return after === undefined ? names : names.filter((name) => byBytes(name, after) > 0);
  }

  flips(node: NodeName, { from, before, after, order }: FlipRange): Flip[] {
    const within = sorted(this.#flips.get(node)).filter(({ at }) => {
      if (at < (from ?? -Infinity) || at >= (before ?? Infinity)) return false;
      if (after === undefined) return true;
      return order === 'asc' ? at > after : at < after;
    });
    return order === 'asc' ? within : within.reverse();
  }

  pauses(node: NodeName): Pause[] {
    return sorted(this.#pauses.get(node));
  }

  acknowledgements(node: NodeName, { from, to }: { from: Instant; to: Instant }): Acknowledgement[] {
    return sorted(this.#acknowledged.get(node)).filter(({ since }) => since >= from && since <= to);
  }

  uptimeDays(node: NodeName, { from, to }: { from: Instant; to: Instant }): UptimeDay[] {
    return sorted(this.#days.get(node)).filter((day) => day.from + UTC_DAY > from && day.from < to);
  }

  probeResults(probed: readonly NodeWithProbe[]): KeptProbeResults[] {
    return probed.flatMap(({ node, probe }) => {
      const kept = this.#probeResults.get(node);
      return kept !== undefined && sameProbe(kept.probe, probe) ? [kept] : [];
    });
  }

  get count(): number {
    return this.#nodes.size;
  }

  prune(before: Instant, limit: number): number {
    const until = prunablePast(before, this.marks);
    if (until === undefined) return 0;
    const flips = [...this.#flips.values(), ...this.#acknowledged.values()].flatMap((kept) =>
      [...kept.keys()].map((at) => ({ at, remove: () => kept.delete(at) })),
    );
    const pauses = [...this.#pauses.values()].flatMap((kept) =>
      [...kept].map(([from, { to: at }]) => ({ at, remove: () => kept.delete(from) })),
    );
    const old = [...flips, ...pauses].filter(({ at }) => at < until).sort((a, b) => a.at - b.at);
    const removed = old.slice(0, limit);
    for (const { remove } of removed) remove();
    const last = removed.at(-1);
    const isAll = removed.length < limit;
    const flipsFrom = isAll || last === undefined ? until : utcDayOf(last.at + UTC_DAY);
    if (flipsFrom > (this.marks.flipsFrom ?? -Infinity)) this.marks = { ...this.marks, flipsFrom };
    return removed.length;
  }
}

function of<Kept>(all: Map<NodeName, Map<Instant, Kept>>, node: NodeName): Map<Instant, Kept> {
  const kept = all.get(node) ?? new Map<Instant, Kept>();
  all.set(node, kept);
  return kept;
}

function sorted<Kept>(kept: ReadonlyMap<Instant, Kept> | undefined): Kept[] {
  return [...(kept ?? [])].sort(([a], [b]) => a - b).map(([, value]) => value);
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
