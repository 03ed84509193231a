import { compiled, parseMatcher, type Labelled, type Matcher } from '../../../src/domain/matcher.js';
import {
  silenceStateAt,
  type SilencedInterval,
  type Silence,
  type SilenceId,
  type SilenceState,
} from '../../../src/domain/silence.js';
import { instant, type Instant } from '../../../src/domain/time.js';
import type { Clock } from '../../../src/ports/clock.js';
import { FittingSilences, type SilencedNode, type TabledSilence } from './fitting-silences.js';

const NONE: readonly SilenceId[] = [];

interface TimeRange {
  readonly from: Instant;
  readonly to: Instant;
}

/**
 * All silences that are on disk, and those of maintenance windows. Their states follow the wall clock, as people mean
 * it: a jump of the clock moves them at once.
 */
export class SilenceTable {
  readonly #clock: Pick<Clock, 'wall'>;
  readonly #all = new Map<SilenceId, TabledSilence>();
  /** Those that were not over at `#lookedAt`, by number. Flips of many nodes look at no others. */
  #live: TabledSilence[] = [];
  /** When the first of them is over. */
  #nextEnd = instant(Infinity);
  #lookedAt = instant(-Infinity);
  #count = 0;
  readonly #fitting = new FittingSilences();

  constructor(clock: Pick<Clock, 'wall'>) {
    this.#clock = clock;
  }

  /** All that are kept, expired ones too. */
  get size(): number {
    return this.#all.size;
  }

  /** Those that are not over, which a node is compared with. */
  get live(): number {
    return this.#liveAt(this.#clock.wall()).length;
  }

  /** Comparisons of a silence with a node so far. They are what takes time. */
  get compared(): number {
    return this.#fitting.compared;
  }

  get(id: SilenceId): Silence | undefined {
    return this.#all.get(id)?.silence;
  }

  /** Whether one of them was made by this signed link. */
  usesLink(id: string): boolean {
    for (const { silence } of this.#all.values()) if (silence.link?.id === id) return true;
    return false;
  }

  put(silence: Silence): void {
    const before = this.#all.get(silence.id);
    if (before === undefined) {
      const added = { silence, number: this.#count++, fits: fitsOf(silence) };
      this.#all.set(silence.id, added);
      this.#live.push(added);
    } else before.silence = silence;
    if (silence.endsAt < this.#nextEnd) this.#nextEnd = silence.endsAt;
  }

  delete(id: SilenceId): void {
    const deleted = this.#all.get(id);
    if (deleted === undefined) return;
    this.#all.delete(id);
    this.#live = this.#live.filter((each) => each !== deleted);
    // Nodes that it fits remember it.
    deleted.silence = { ...deleted.silence, endsAt: instant(-Infinity) };
  }

  /** Those of maintenance windows, the next one of each that has not begun included. */
  maintenance(): readonly Silence[] {
    const all = Array.from(this.#all.values(), ({ silence }) => silence);
    return byId(all.filter(({ maintenance }) => maintenance !== undefined));
  }

  /** Oldest first. */
  all(): readonly Silence[] {
    return byId(Array.from(this.#all.values(), ({ silence }) => silence));
  }

  /** The active silences of a node. */
  of(node: SilencedNode): readonly SilenceId[] {
    const wall = this.#clock.wall();
    const live = this.#liveAt(wall);
    if (live.length === 0) return NONE;
    const ids: SilenceId[] = [];
    for (const { silence } of this.#fitting.of(node, live, wall))
      if (silence.startsAt <= wall && wall < silence.endsAt) ids.push(silence.id);
    return ids.length === 0 ? NONE : ids;
  }

  /** The active silence of a maintenance window that fits a node; of several, the one that ends last. */
  maintenanceOf(node: SilencedNode): Silence | undefined {
    let last: Silence | undefined;
    for (const id of this.of(node)) {
      const silence = this.get(id);
      if (silence?.maintenance !== undefined && silence.endsAt > (last?.endsAt ?? -Infinity)) last = silence;
    }
    return last;
  }

  /** The ids of all active silences: as long as they stay the same, so do the nodes that are silenced. */
  active(): string {
    const wall = this.#clock.wall();
    return this.#liveAt(wall)
      .flatMap(({ silence: { id, startsAt, endsAt } }) => (startsAt <= wall && wall < endsAt ? [id] : []))
      .join();
  }

  /** When a silence begins or ends next. */
  nextChange(): Instant | undefined {
    const wall = this.#clock.wall();
    let next: Instant | undefined;
    for (const { silence } of this.#liveAt(wall)) {
      const at = silence.startsAt > wall ? silence.startsAt : silence.endsAt;
      if (at > wall && (next === undefined || at < next)) next = at;
    }
    return next;
  }

  /** Those that are pending or active, without those of maintenance windows. */
  notOver(): readonly Silence[] {
    const silences = this.#liveAt(this.#clock.wall()).map(({ silence }) => silence);
    return silences.filter(({ maintenance }) => maintenance === undefined);
  }

  /** Without those of maintenance windows. */
  counts(): Readonly<Record<SilenceState, number>> {
    const wall = this.#clock.wall();
    const counts = { active: 0, pending: 0, expired: 0 };
    for (const { silence } of this.#all.values())
      if (silence.maintenance === undefined) counts[silenceStateAt(silence, wall)]++;
    return counts;
  }

  /**
   * When a node with these labels was silenced within a range. Silences still to come are left out. There may be very
   * many silences: each step compares one of them.
   */
  *intervalsOf(node: SilencedNode, { from, to }: TimeRange): Generator<SilencedInterval | undefined> {
    const wall = this.#clock.wall();
    const within = [...this.#all.values()].filter(
      ({ silence: { startsAt, endsAt } }) =>
        startsAt <= wall && startsAt < endsAt && startsAt <= to && endsAt > from,
    );
    for (const each of within) {
      const { id, startsAt, endsAt, maintenance } = each.silence;
      yield this.#fitting.fits(each, node)
        ? { id, from: startsAt, to: endsAt, isMaintenance: maintenance !== undefined }
        : undefined;
    }
  }

  #liveAt(wall: Instant): readonly TabledSilence[] {
    if (wall < this.#lookedAt) {
      // After a jump back, one that was over may be active again.
      this.#live = [...this.#all.values()];
      this.#nextEnd = wall;
      this.#fitting.clear();
    }
    this.#lookedAt = wall;
    if (wall < this.#nextEnd) return this.#live;
    this.#live = this.#live.filter(({ silence }) => silence.endsAt > wall);
    this.#nextEnd = instant(
      this.#live.reduce((first, { silence }) => Math.min(first, silence.endsAt), Infinity),
    );
    return this.#live;
  }
}

function byId(silences: Silence[]): readonly Silence[] {
  return silences.sort((a, b) => (a.id < b.id ? -1 : 1));
}

function fitsOf({ matchers }: Silence): (node: Labelled) => boolean {
  let fits: ((node: Labelled) => boolean) | undefined;
  // Expressions take time to compile, and most silences are over.
  return (node) => (fits ??= compile(matchers))(node);
}

function compile(matchers: readonly string[]): (node: Labelled) => boolean {
  const read = matchers.map(parseMatcher);
  // One that cannot be read any more silences nobody: alerts go out.
  if (!read.every((each): each is Matcher => !('problem' in each))) return () => false;
  return compiled(read);
}
