import type { BlindInterval } from './blindness.js';
import type { Flip, NodeState, Pause } from './node.js';
import type { SilencedInterval } from './silence.js';
import { instant, type Instant, type Millis } from './time.js';

type StateChange = Pick<Flip, 'at' | 'from' | 'to'>;

/** A node's stored past, oldest first, in chunks. What lies outside the range is skipped. */
export interface Past<Change extends StateChange = StateChange> {
  readonly flips: AsyncIterable<readonly Change[]>;
  readonly pauses: AsyncIterable<readonly Pause[]>;
  readonly blind: AsyncIterable<readonly Pick<BlindInterval, 'from' | 'to'>[]>;
}

type Spent = Record<NodeState | 'paused' | 'blind' | 'maintenance', Millis>;

/**
 * Time spent in each state. Time in which the node was paused, nobody watched, or maintenance was planned says nothing
 * about the node. A silence only mutes: the time in silences is part of the others.
 */
export type Uptime = Readonly<Spent & { silenced: Millis }>;

/** Takes a time that was spent in something. Times in silences overlap with the others, and come after them. */
export type TimeSink = (what: keyof Uptime, from: Instant, to: Instant) => void;

export function noTime(): { -readonly [What in keyof Uptime]: Millis } {
  return { active: 0, inactive: 0, failed: 0, paused: 0, blind: 0, maintenance: 0, silenced: 0 };
}

/** The share of the time in which the node had not failed; undefined without any data. */
export function ratioOf({ active, inactive, failed }: Uptime): number | undefined {
  const known = active + inactive + failed;
  return known === 0 ? undefined : (active + inactive) / known;
}

interface MeasuredRange {
  readonly from: Instant;
  readonly to: Instant;
  /** The node's state if it has no flip at or after `from`. */
  readonly state: NodeState;
}

/**
 * Goes through a node's past while reading it: at most one chunk of each kind is in memory.
 *
 * @param silenced when it was silenced, earliest first
 * @param flipped called with each flip in the range
 * @returns the first flip behind the range, if there is one
 */
export async function measure<Change extends StateChange>(
  { from, to, state }: MeasuredRange,
  past: Past<Change>,
  silenced: readonly SilencedInterval[],
  sink: TimeSink,
  flipped: (flip: Change) => void = () => undefined,
): Promise<Change | undefined> {
  const meter = new Meter(from, state, sink);
  const flips = new Source(
    past.flips,
    (flip) => flip.at,
    (flip: Change) => {
      meter.flip(flip);
      flipped(flip);
    },
  );
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
    meter.upTo(to);
    tellSilenced(
      silenced.filter((interval) => !isMaintenance(interval)),
      { from, to },
      sink,
    );
    return flips.head;
  } finally {
    for (const source of sources) await source.close();
  }
}

/** Tells the time in each state from changes in order. */
class Meter {
  state: NodeState;
  #at: Instant;
  #pausedUntil = -Infinity;
  #blindUntil = -Infinity;
  #maintenanceUntil = -Infinity;
  readonly #sink: TimeSink;

  constructor(from: Instant, state: NodeState, sink: TimeSink) {
    this.#at = from;
    this.state = state;
    this.#sink = sink;
  }

  flip({ at, to }: StateChange): void {
    this.#pass(at);
    this.state = to;
  }

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

  upTo(end: Instant): void {
    this.#pass(end);
  }

  #pass(until: number): void {
    this.#spend('paused', Math.min(until, this.#pausedUntil));
    this.#spend('blind', Math.min(until, this.#blindUntil));
    this.#spend('maintenance', Math.min(until, this.#maintenanceUntil));
    this.#spend(this.state, until);
  }

  #spend(what: keyof Spent, until: number): void {
    if (until <= this.#at) return;
    const end = instant(until);
    this.#sink(what, this.#at, end);
    this.#at = end;
  }
}

function isMaintenance(interval: SilencedInterval): boolean {
  return interval.isMaintenance;
}

export async function* inOneChunk<Item>(items: readonly Item[]): AsyncGenerator<readonly Item[]> {
  yield await Promise.resolve(items);
}

/** Tells each time of a range once that is in at least one of these intervals, which are in the order in which they begin. */
function tellSilenced(
  intervals: readonly Pick<SilencedInterval, 'from' | 'to'>[],
  { from, to }: { readonly from: Instant; readonly to: Instant },
  sink: TimeSink,
): void {
  let until = from;
  for (const interval of intervals) {
    const begin = instant(Math.max(until, interval.from));
    const end = instant(Math.min(to, interval.to));
    if (end <= begin) continue;
    sink('silenced', begin, end);
    until = end;
  }
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
