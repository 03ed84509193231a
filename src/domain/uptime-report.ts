import type { Acknowledgement, Flip, FlipCause } from './node.js';
import type { NodeName } from './node-name.js';
import type { LocalDay } from './local-days.js';
import type { Instant } from './time.js';
import { noTime, type TimeSink, type Uptime } from './uptime.js';

/** The most nodes in one report. */
export const MOST_NODES = 10_000;
/** The most days in one report. */
export const MOST_DAYS = 366;

/** What is asked for. */
export interface UptimeRequest {
  /** A name of the IANA time zone database. */
  readonly timeZone: string;
  readonly from: Instant;
  /** Not later than now. */
  readonly to: Instant;
  /** The most incidents, and the most nodes, that are listed. */
  readonly most: number;
}

/** A failure of a node, from the flip to `failed` until the flip from it. */
export interface Incident {
  readonly node: NodeName;
  /** The flip; where that is not known any more, the beginning of what is known. */
  readonly from: Instant;
  /** Undefined while it goes on. */
  readonly to: Instant | undefined;
  /** Undefined where the flip is not known any more. */
  readonly cause: FlipCause | undefined;
  /** Why it failed, where that is known: what the node reported, or its probe found. */
  readonly reason?: string;
  /** The last acknowledgement that was not taken back. */
  readonly acknowledged?: Acknowledgement;
}

/** A day or a month of a report. */
export interface UptimePart {
  /** As in `2026-11-30` or `2026-11`. */
  readonly name: string;
  readonly from: Instant;
  readonly to: Instant;
  readonly uptime: Uptime;
  /** Incidents that began in it. */
  readonly incidents: number;
}

/** The uptime of one node within a report about several. */
export interface NodeShare {
  readonly node: NodeName;
  readonly uptime: Uptime;
  readonly incidents: number;
}

/** The uptime of one or more nodes by days and months. Times of several nodes are added up. */
export interface UptimeReport {
  readonly timeZone: string;
  readonly from: Instant;
  readonly to: Instant;
  readonly uptime: Uptime;
  readonly days: readonly UptimePart[];
  readonly months: readonly UptimePart[];
  /** The newest ones, newest first. */
  readonly incidents: readonly Incident[];
  /** How many there are, listed or not. */
  readonly incidentCount: number;
}

export interface UptimeReportOfNodes extends UptimeReport {
  /** The ones that had failed for longest, longest first. */
  readonly nodes: readonly NodeShare[];
  readonly nodeCount: number;
}

/** Adds up times and incidents by day. */
export class DayTotals {
  readonly #days: readonly LocalDay[];
  readonly #times: ReturnType<typeof noTime>[];
  readonly #incidents: number[];
  /** The day of the last time: the next one is mostly on it, or on the day after. */
  #at = 0;

  /** @param days adjacent */
  constructor(days: readonly LocalDay[]) {
    this.#days = days;
    this.#times = days.map(noTime);
    this.#incidents = days.map(() => 0);
  }

  /** Takes a time within the days. */
  readonly add: TimeSink = (what, from, to) => {
    this.#find(from);
    for (let begin = from; begin < to;) {
      const day = this.#days[this.#at];
      const times = this.#times[this.#at];
      if (day === undefined || times === undefined) return;
      const end = day.to < to ? day.to : to;
      times[what] += end - begin;
      begin = end;
      if (begin < to) this.#at++;
    }
  };

  /** Takes the beginning of incidents within the days. */
  addIncidents(at: Instant, many: number): void {
    this.#find(at);
    const before = this.#incidents[this.#at];
    if (before !== undefined) this.#incidents[this.#at] = before + many;
  }

  days(): readonly UptimePart[] {
    return this.#days.map(({ date, from, to }, index) => ({
      name: date,
      from,
      to,
      uptime: { ...noTime(), ...this.#times[index] },
      incidents: this.#incidents[index] ?? 0,
    }));
  }

  #find(at: Instant): void {
    const days = this.#days;
    this.#at = Math.min(this.#at, Math.max(0, days.length - 1));
    while (this.#at > 0 && (days[this.#at]?.from ?? 0) > at) this.#at--;
    while (this.#at < days.length - 1 && (days[this.#at]?.to ?? Infinity) <= at) this.#at++;
  }
}

/** Days by month. */
export function monthsOf(days: readonly UptimePart[]): readonly UptimePart[] {
  const months: UptimePart[] = [];
  for (const day of days) {
    const name = day.name.slice(0, 7);
    const last = months.at(-1);
    if (last?.name !== name) months.push({ ...day, name });
    else
      months[months.length - 1] = {
        ...last,
        to: day.to,
        uptime: sumOf(last.uptime, day.uptime),
        incidents: last.incidents + day.incidents,
      };
  }
  return months;
}

export function totalOf(parts: readonly Pick<UptimePart, 'uptime'>[]): Uptime {
  return parts.reduce((sum, { uptime }) => sumOf(sum, uptime), noTime());
}

function sumOf(one: Uptime, other: Uptime): Uptime {
  return {
    active: one.active + other.active,
    inactive: one.inactive + other.inactive,
    failed: one.failed + other.failed,
    paused: one.paused + other.paused,
    blind: one.blind + other.blind,
    maintenance: one.maintenance + other.maintenance,
    silenced: one.silenced + other.silenced,
  };
}

/** Keeps the first items of an order, and counts all. */
export class FirstOf<Item> {
  readonly #most: number;
  readonly #order: (one: Item, other: Item) => number;
  #kept: Item[] = [];
  count = 0;

  constructor(most: number, order: (one: Item, other: Item) => number) {
    this.#most = most;
    this.#order = order;
  }

  add(item: Item): void {
    this.count++;
    this.#kept.push(item);
    // Sorting rarely keeps the time for each item short.
    if (this.#kept.length > 2 * this.#most + 100) this.#cut();
  }

  all(): readonly Item[] {
    this.#cut();
    return this.#kept;
  }

  #cut(): void {
    this.#kept = this.#kept.sort(this.#order).slice(0, this.#most);
  }
}

/** Makes incidents of a node's flips, which come in their order. */
export class IncidentReader {
  readonly #node: NodeName;
  readonly #found: (incident: Incident) => void;
  #open: Incident | undefined;

  /** @param open the one that it was in at the beginning */
  constructor(node: NodeName, open: Incident | undefined, found: (incident: Incident) => void) {
    this.#node = node;
    this.#open = open;
    this.#found = found;
  }

  flip({ from, to, at, cause, reason }: Flip): void {
    if (from === 'failed' && to !== 'failed') this.#end(at);
    if (from !== 'failed' && to === 'failed')
      this.#open = {
        node: this.#node,
        from: at,
        to: undefined,
        cause,
        ...(reason !== undefined && { reason }),
      };
  }

  /** @param next the first flip after the range: it ends an incident that is still open */
  end(next: Pick<Flip, 'from' | 'at'> | undefined): void {
    this.#end(next?.from === 'failed' ? next.at : undefined);
  }

  #end(at: Instant | undefined): void {
    if (this.#open === undefined) return;
    this.#found({ ...this.#open, to: at });
    this.#open = undefined;
  }
}
