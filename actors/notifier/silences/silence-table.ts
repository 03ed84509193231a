import { compiled, parseMatcher, type Labelled, type Matcher } from '../../../src/domain/matcher.js';
import type { NodeName } from '../../../src/domain/node-name.js';
import {
  reaches,
  silenceStateAt,
  type SilencedInterval,
  type Silence,
  type SilenceId,
  type SilenceState,
} from '../../../src/domain/silence.js';
import type { Instant } from '../../../src/domain/time.js';
import type { Clock } from '../../../src/ports/clock.js';

/** What of a node decides whether it is silenced. */
export interface SilencedNode extends Labelled {
  readonly name: NodeName;
}

interface Kept {
  readonly silence: Silence;
  readonly fits: (node: Labelled) => boolean;
}

const NONE: readonly SilenceId[] = [];

/**
 * All silences that are on disk, and those of maintenance windows. Their states follow the wall clock, as people mean
 * it: a jump of the clock moves them at once.
 */
export class SilenceTable {
  readonly #clock: Pick<Clock, 'wall'>;
  readonly #all = new Map<SilenceId, Kept>();
  /** Those that were not over at `#lookedAt`. Flips of many nodes look at no others. */
  #live: Kept[] = [];
  #lookedAt: Instant | undefined;

  constructor(clock: Pick<Clock, 'wall'>) {
    this.#clock = clock;
  }

  /** All that are kept, expired ones too. */
  get size(): number {
    return this.#all.size;
  }

  get(id: SilenceId): Silence | undefined {
    return this.#all.get(id)?.silence;
  }

  put(silence: Silence): void {
    this.#all.set(silence.id, { silence, fits: fitsOf(silence) });
    this.#lookedAt = undefined;
  }

  delete(id: SilenceId): void {
    this.#all.delete(id);
    this.#lookedAt = undefined;
  }

  /** Those of maintenance windows, the next one of each that has not begun included. */
  maintenance(): readonly Silence[] {
    return this.all().filter(({ maintenance }) => maintenance !== undefined);
  }

  /** Oldest first. */
  all(): readonly Silence[] {
    return Array.from(this.#all.values(), ({ silence }) => silence).sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** The active silences of a node. */
  of(node: SilencedNode): readonly SilenceId[] {
    const wall = this.#clock.wall();
    const live = this.#liveAt(wall);
    if (live.length === 0) return NONE;
    const found = live.filter(
      ({ silence, fits }) =>
        silence.startsAt <= wall && wall < silence.endsAt && reaches(silence, node.name) && fits(node),
    );
    return found.length === 0 ? NONE : found.map(({ silence }) => silence.id);
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

  /** Without those of maintenance windows. */
  counts(): Readonly<Record<SilenceState, number>> {
    const wall = this.#clock.wall();
    const counts = { active: 0, pending: 0, expired: 0 };
    for (const { silence } of this.#all.values())
      if (silence.maintenance === undefined) counts[silenceStateAt(silence, wall)]++;
    return counts;
  }

  /** When a node with these labels was silenced, earliest first. Silences still to come are left out. */
  intervalsOf(node: SilencedNode): readonly SilencedInterval[] {
    const wall = this.#clock.wall();
    const intervals: SilencedInterval[] = [];
    for (const { silence, fits } of this.#all.values()) {
      const { id, startsAt: from, endsAt: to, maintenance } = silence;
      if (from > wall || from === to || !reaches(silence, node.name) || !fits(node)) continue;
      intervals.push({ id, from, to, isMaintenance: maintenance !== undefined });
    }
    return intervals.sort((a, b) => a.from - b.from);
  }

  #liveAt(wall: Instant): readonly Kept[] {
    // After a jump back, one that was over may be active again.
    if (this.#lookedAt === undefined || wall < this.#lookedAt) this.#live = [...this.#all.values()];
    this.#lookedAt = wall;
    if (this.#live.some(({ silence }) => silence.endsAt <= wall))
      this.#live = this.#live.filter(({ silence }) => silence.endsAt > wall);
    return this.#live;
  }
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
