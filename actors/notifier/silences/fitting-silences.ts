import type { Labelled } from '../../../src/domain/matcher.js';
import { sameLabels } from '../../../src/domain/node.js';
import type { NodeName } from '../../../src/domain/node-name.js';
import { reaches, type Silence } from '../../../src/domain/silence.js';
import type { Instant } from '../../../src/domain/time.js';

/** What of a node decides whether it is silenced. */
export interface SilencedNode extends Labelled {
  readonly name: NodeName;
}

/** A silence with what was compiled of it. */
export interface TabledSilence {
  /** As it is now: its times change, its matchers and nodes never do. */
  silence: Silence;
  /** Later ones have higher numbers. */
  readonly number: number;
  readonly fits: (node: Labelled) => boolean;
}

interface Compared {
  readonly labels: Labelled['labels'];
  /** Those that fit. */
  fitting: readonly TabledSilence[];
  /** It was compared with all up to this number. */
  through: number;
}

/** Nodes in each of the two halves of the memory. */
const MOST_RECENT = 25_000;

/**
 * Remembers which silences fit a node, so that each of them is compared with it once and not at each flip. Of many nodes
 * it remembers the ones that were asked for last.
 */
export class FittingSilences {
  /** Comparisons so far, each of a silence with a node. */
  compared = 0;
  #recent = new Map<NodeName, Compared>();
  #older = new Map<NodeName, Compared>();

  /**
   * @param live those that are not over, by number
   * @returns those of them that fit, and possibly others that are over
   */
  of(node: SilencedNode, live: readonly TabledSilence[], wall: Instant): readonly TabledSilence[] {
    const newest = live.at(-1)?.number ?? -1;
    const known = this.#known(node);
    if (known.through < newest) {
      const more = live.slice(firstBehind(live, known.through)).filter((each) => this.fits(each, node));
      if (more.length > 0) {
        const still = known.fitting.filter(({ silence }) => silence.endsAt > wall);
        known.fitting = [...still, ...more];
      }
      known.through = newest;
    }
    return known.fitting;
  }

  fits({ silence, fits }: TabledSilence, node: SilencedNode): boolean {
    this.compared++;
    return reaches(silence, node.name) && fits(node);
  }

  /** Silences that were over may not be any more. */
  clear(): void {
    this.#recent.clear();
    this.#older.clear();
  }

  #known({ name, labels }: SilencedNode): Compared {
    const recent = this.#recent.get(name);
    const found = recent ?? this.#older.get(name);
    const known =
      found !== undefined && sameLabels(found.labels, labels) ? found : { labels, fitting: [], through: -1 };
    if (known !== recent) this.#remember(name, known);
    return known;
  }

  #remember(name: NodeName, known: Compared): void {
    if (this.#recent.size >= MOST_RECENT) {
      this.#older = this.#recent;
      this.#recent = new Map();
    }
    this.#recent.set(name, known);
  }
}

/** The index of the first with a higher number. New ones are few. */
function firstBehind(live: readonly TabledSilence[], number: number): number {
  let at = live.length;
  while (at > 0 && (live[at - 1]?.number ?? -1) > number) at--;
  return at;
}
