import type { DescribedNode } from '../../../actors/node/node.protocol.js';
import type { Daemon } from '../../app/api/daemon.js';
import type { NodeName } from '../../domain/node-name.js';
import { labelsOf } from '../../domain/label.js';
import type { StatusGroup, StatusPage } from '../../domain/status-page.js';
import { moment, type Instant, type Millis, type Moment } from '../../domain/time.js';
import { beginningOfDay } from '../../domain/local-days.js';
import { ratioOf } from '../../domain/uptime.js';
import type { Incident } from '../../domain/uptime-report.js';
import type { Clock } from '../../ports/clock.js';
import { Slices } from '../../runtime/slices.js';
import { GroupTally, type GroupLook } from './node-classes.js';
import type {
  Doubt,
  GroupFacts,
  GroupState,
  GroupUptime,
  Maintenance,
  Outage,
  StatusFacts,
} from './status-facts.js';

/** How long states are shown as they were read: however many visitors come, they are read no more often. */
export const FRESH: Millis = 10_000;
/** The same for the uptime of 90 days. */
const UPTIME_FRESH: Millis = 300_000;
/** What takes long is read so many times its length later again. */
const REST = 20;
/** How long a visitor waits for an uptime that has not been read yet. */
const PATIENCE: Millis = 3_000;
/** For so long after the daemon heard nobody, a page says so: nodes that failed meanwhile are not known yet. */
const DOUBTFUL: Millis = 300_000;
const DAYS = 90;
const PAGE = 1_000;
/** The most incidents of nodes that outages are made of, and the most outages of a group. */
const MOST_INCIDENTS = 200;
const MOST_OUTAGES = 10;

interface Remembered<Value> {
  until: Moment;
  readonly value: Promise<Value>;
}

interface Look {
  readonly at: Instant;
  readonly groups: ReadonlyMap<StatusGroup, GroupLook>;
}

type Watched = Pick<Daemon, 'nodes' | 'silences' | 'statusPages' | 'serving' | 'notStoring' | 'lastBlind'>;

/** The time by which they are read. */
export type StatusClock = Pick<Clock, 'now' | 'wall' | 'after' | 'soon'>;

/** Reads what status pages show. Its work does not grow with the number of visitors. */
export class StatusReader {
  readonly #daemon: Watched;
  readonly #clock: StatusClock;
  readonly #pages: () => readonly StatusPage[];
  readonly #slices: Slices;
  #look: { readonly of: readonly StatusPage[]; readonly remembered: Remembered<Look> } | undefined;
  /** Those of groups that are gone go with them. */
  readonly #uptimes = new WeakMap<StatusGroup, Remembered<GroupUptime>>();
  /** The last one that could be read. */
  readonly #lastUptimes = new WeakMap<StatusGroup, GroupUptime>();

  /** @param pages those in force */
  constructor(daemon: Watched, clock: StatusClock, pages: () => readonly StatusPage[]) {
    this.#daemon = daemon;
    this.#clock = clock;
    this.#pages = pages;
    this.#slices = new Slices(clock);
  }

  /**
   * Never fails: what cannot be read is in doubt.
   *
   * @param hasUptime without it, that of each group is `being read`
   */
  async read(page: StatusPage, { hasUptime } = { hasUptime: true }): Promise<StatusFacts> {
    const { serving, statusPages } = this.#daemon;
    if (!serving) return this.#nothingKnown(page, { kind: 'starting' });
    try {
      const [look, ...uptimes] = await Promise.all([
        this.#lookAtNodes(),
        ...(hasUptime ? page.groups.map((group) => this.#uptimeOf(group, page)) : []),
      ]);
      const doubt = this.#doubt();
      return {
        at: look.at,
        doubt,
        groups: page.groups.map((group, index): GroupFacts => ({
          group,
          state: certain(look.groups.get(group)?.state ?? 'unknown', doubt),
          uptime: uptimes[index] ?? 'being read',
        })),
        maintenance: maintenanceOf(page, look),
        incidents: statusPages.incidentsOf(page.slug),
      };
    } catch {
      return this.#nothingKnown(page, { kind: 'unreadable' });
    }
  }

  #nothingKnown({ groups }: StatusPage, doubt: Doubt): StatusFacts {
    const at = this.#clock.wall();
    const unknown = groups.map((group): GroupFacts => ({ group, state: 'unknown', uptime: 'unreadable' }));
    return { at, doubt, groups: unknown, maintenance: [], incidents: [] };
  }

  #doubt(): Doubt | undefined {
    const { lastBlind } = this.#daemon;
    if (this.#daemon.notStoring().length > 0) return { kind: 'restricted' };
    // Away from it in either direction: the wall clock may have been set.
    if (lastBlind === undefined || Math.abs(this.#clock.wall() - lastBlind.to) >= DOUBTFUL) return undefined;
    return { kind: 'blind', from: lastBlind.from, to: lastBlind.to };
  }

  /** One look at all nodes, for all pages. */
  #lookAtNodes(): Promise<Look> {
    const pages = this.#pages();
    const known = this.#look;
    if (known?.of === pages && known.remembered.until > this.#clock.now()) return known.remembered.value;
    const remembered = this.#remember(this.#lookFor(pages), FRESH);
    this.#look = { of: pages, remembered };
    return remembered.value;
  }

  async #lookFor(pages: readonly StatusPage[]): Promise<Look> {
    const { nodes, silences } = this.#daemon;
    const at = this.#clock.wall();
    const groups = pages.flatMap((page) => page.groups);
    const tally = new GroupTally(groups, silences.maintenance());
    const isInMaintenance = (node: DescribedNode): boolean => silences.maintenanceOf(node) !== undefined;
    const work = this.#slices.begin();
    let after: NodeName | undefined;
    do {
      const page = await nodes.list({}, after, PAGE);
      for (const node of page.nodes) {
        tally.add(node, isInMaintenance);
        if (work.isOver) await work.next();
      }
      after = page.next;
    } while (after !== undefined);
    return { at, groups: tally.looks() };
  }

  /** An older one while the next is being read. */
  async #uptimeOf(group: StatusGroup, page: StatusPage): Promise<GroupFacts['uptime']> {
    let remembered = this.#uptimes.get(group);
    if (remembered === undefined || remembered.until <= this.#clock.now()) {
      remembered = this.#remember(this.#readUptime(group, page), UPTIME_FRESH);
      this.#uptimes.set(group, remembered);
      remembered.value.then(
        (uptime) => this.#lastUptimes.set(group, uptime),
        () => this.#lastUptimes.delete(group),
      );
    }
    const last = this.#lastUptimes.get(group);
    if (last !== undefined) return last;
    const { value } = remembered;
    return new Promise((resolve) => {
      const cancel = this.#clock.after(PATIENCE, () => {
        resolve('being read');
      });
      value.then(resolve, () => resolve('unreadable')).finally(cancel);
    });
  }

  async #readUptime({ labels }: StatusGroup, { timeZone }: StatusPage): Promise<GroupUptime> {
    const to = this.#clock.wall();
    const from = beginningOfDay(timeZone, to, DAYS - 1);
    const request = { from, to, timeZone, most: MOST_INCIDENTS };
    const { uptime, days, incidents, incidentCount } = await this.#daemon.nodes.uptimeReportOf(
      { labels: labelsOf(labels) },
      request,
      () => true,
    );
    const outages = outagesOf(incidents);
    return {
      ratio: ratioOf(uptime),
      days,
      outages: outages.slice(0, MOST_OUTAGES),
      hasMoreOutages: outages.length > MOST_OUTAGES || incidentCount > incidents.length,
    };
  }

  /** Remembers the outcome, a failure too, for a time that grows with the work. */
  #remember<Value>(value: Promise<Value>, fresh: Millis): Remembered<Value> {
    const begun = this.#clock.now();
    // Until it ends, everybody waits for the same.
    const remembered: Remembered<Value> = { until: moment(Infinity), value };
    const ended = (): void => {
      const now = this.#clock.now();
      remembered.until = moment(now + Math.max(fresh, REST * (now - begun)));
    };
    value.then(ended, () => {
      remembered.until = moment(this.#clock.now() + FRESH);
    });
    return remembered;
  }
}

/** That something is up is said only where it is certain. */
function certain(state: GroupState, doubt: Doubt | undefined): GroupState {
  return doubt !== undefined && (state === 'up' || state === 'checking') ? 'unknown' : state;
}

/** The incidents of several nodes as times in which at least one of them had failed; newest first. */
function outagesOf(incidents: readonly Incident[]): readonly Outage[] {
  const outages: { from: Instant; to: Instant | undefined }[] = [];
  for (const { from, to } of incidents.toSorted((one, other) => one.from - other.from)) {
    const last = outages.at(-1);
    if (last === undefined || (last.to ?? Infinity) < from) outages.push({ from, to });
    else if (last.to !== undefined && (to === undefined || to > last.to)) last.to = to;
  }
  return outages.reverse();
}

/** Earliest first. */
function maintenanceOf({ groups }: StatusPage, look: Look): readonly Maintenance[] {
  const windows = new Set(groups.flatMap((group) => [...(look.groups.get(group)?.windows ?? [])]));
  return [...windows]
    .sort((one, other) => one.startsAt - other.startsAt)
    .map((window) => ({
      from: window.startsAt,
      to: window.endsAt,
      groups: groups.flatMap((group) =>
        look.groups.get(group)?.windows.has(window) === true ? [group.title] : [],
      ),
    }));
}
