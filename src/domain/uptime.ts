import type { BlindInterval } from './blindness.js';
import type { Flip, NodeState, Pause } from './node.js';
import type { SilencedInterval } from './silence.js';
import type { Instant, Millis } from './time.js';

/** A node's stored past, oldest first, in chunks. What lies outside the range is skipped. */
export interface Past {
  readonly flips: AsyncIterable<readonly Pick<Flip, 'at' | 'from' | 'to'>[]>;
  readonly pauses: AsyncIterable<readonly Pause[]>;
  readonly blind: AsyncIterable<readonly Pick<BlindInterval, 'from' | 'to'>[]>;
}

type Spent = Record<NodeState | 'paused' | 'blind' | 'maintenance', Millis>;

/**
 * Time spent in each state. Time in which the node was paused, nobody watched, or maintenance was planned says nothing
 * about the node. A silence only mutes: the time in silences is part of the others.
 */
export type Uptime = Readonly<Spent & { silenced: Millis }>;

/** The share of the time in which the node had not failed; undefined without any data. */
export function ratioOf({ active, inactive, failed }: Uptime): number | undefined {
  const known = active + inactive + failed;
  return known === 0 ? undefined : (active + inactive) / known;
}

/**
 * Folds a node's past while reading it: at most one chunk of each kind is in memory.
 *
 * @param state the node's state if it has no flip at or after `from`
 * @param silenced when it was silenced, earliest first
 */
export async function uptimeOf(
  { from, to, state }: { readonly from: Instant; readonly to: Instant; readonly state: NodeState },
  past: Past,
  silenced: readonly SilencedInterval[] = [],
): Promise<Uptime> {
  const meter = new Meter(from, state);
  const flips = new Source(past.flips, (flip) => flip.at, meter.flip);
  const sources = [
    flips,
    new Source(past.pauses, (pause) => pause.from, meter.pause),
    new Source(past.blind, (interval) => interval.from, meter.blind),
    new Source(inOneChunk(silenced.filter(isMaintenance)), (window) => window.from, meter.maintenance),
  ];
  try {
    await flips.fill();
    if (flips.head !== undefined) meter.state = flips.head.from;
    for (;;) {
      for (const source of sources) if (source.isEmpty) await source.fill();
      const first = sources.reduce((one, other) => (other.at < one.at ? other : one));
      if (first.at >= to) break;
      first.take();
    }
    const silences = silenced.filter((interval) => !isMaintenance(interval));
    return { ...meter.upTo(to), silenced: lengthOf(silences, from, to) };
  } finally {
    for (const source of sources) await source.close();
  }
}

/** Adds up the time in each state from changes in order. */
class Meter {
  state: NodeState;
  #at: number;
  #pausedUntil = -Infinity;
  #blindUntil = -Infinity;
  #maintenanceUntil = -Infinity;
  readonly #spent: Spent = { active: 0, inactive: 0, failed: 0, paused: 0, blind: 0, maintenance: 0 };

  constructor(from: Instant, state: NodeState) {
    this.#at = from;
    this.state = state;
  }

  readonly flip = ({ at, to }: Pick<Flip, 'at' | 'to'>): void => {
    this.#pass(at);
    this.state = to;
  };

  readonly pause = ({ from, to }: Pause): void => {
    this.#pass(from);
    this.#pausedUntil = Math.max(this.#pausedUntil, to);
  };

  readonly blind = ({ from, to }: Pick<BlindInterval, 'from' | 'to'>): void => {
    this.#pass(from);
    this.#blindUntil = Math.max(this.#blindUntil, to);
  };

  readonly maintenance = ({ from, to }: Pick<SilencedInterval, 'from' | 'to'>): void => {
    this.#pass(from);
    this.#maintenanceUntil = Math.max(this.#maintenanceUntil, to);
  };

  upTo(end: Instant): Spent {
    this.#pass(end);
    return this.#spent;
  }

  #pass(until: number): void {
    this.#spend('paused', Math.min(until, this.#pausedUntil));
    this.#spend('blind', Math.min(until, this.#blindUntil));
    this.#spend('maintenance', Math.min(until, this.#maintenanceUntil));
    this.#spend(this.state, until);
  }

  #spend(what: keyof Spent, until: number): void {
    if (until <= this.#at) return;
    this.#spent[what] += until - this.#at;
    this.#at = until;
  }
}

function isMaintenance(interval: SilencedInterval): boolean {
  return interval.isMaintenance;
}

async function* inOneChunk<Item>(items: readonly Item[]): AsyncGenerator<readonly Item[]> {
  yield await Promise.resolve(items);
}

/** How much of a range is in at least one of these intervals, which are in the order in which they begin. */
function lengthOf(
  intervals: readonly Pick<SilencedInterval, 'from' | 'to'>[],
  from: Instant,
  to: Instant,
): Millis {
  let length = 0;
  let until: number = from;
  for (const interval of intervals) {
    const begin = Math.max(until, interval.from);
    const end = Math.min(to, interval.to);
    if (end <= begin) continue;
    length += end - begin;
    until = end;
  }
  return length;
}

/** Items that are read in chunks and taken one by one. */
class Source<Item> {
  readonly #chunks: AsyncIterator<readonly Item[]>;
  readonly #atOf: (item: Item) => number;
  readonly #tell: (item: Item) => void;
  #chunk: readonly Item[] = [];
  #next = 0;
  #isOver = false;

  constructor(
    chunks: AsyncIterable<readonly Item[]>,
    atOf: (item: Item) => number,
    tell: (item: Item) => void,
  ) {
    this.#chunks = chunks[Symbol.asyncIterator]();
    this.#atOf = atOf;
    this.#tell = tell;
  }

  get head(): Item | undefined {
    return this.#chunk[this.#next];
  }

  /** The instant of the next item; Infinity without one. */
  get at(): number {
    const { head } = this;
    return head === undefined ? Infinity : this.#atOf(head);
  }

  /** Whether the next chunk must be read to know the next item. */
  get isEmpty(): boolean {
    return !this.#isOver && this.#next >= this.#chunk.length;
  }

  async fill(): Promise<void> {
    while (this.isEmpty) {
      const step = await this.#chunks.next();
      if (step.done === true) this.#isOver = true;
      else [this.#chunk, this.#next] = [step.value, 0];
    }
  }

  take(): void {
    const { head } = this;
    if (head === undefined) return;
    this.#next++;
    this.#tell(head);
  }

  async close(): Promise<void> {
    if (!this.#isOver) await this.#chunks.return?.();
  }
}
