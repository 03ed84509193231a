import { hasLabels, type Label } from '../../src/domain/label.js';
import type { Flip, NodeState, Pause } from '../../src/domain/node.js';
import type { NodeName } from '../../src/domain/node-name.js';
import type { SilencedInterval } from '../../src/domain/silence.js';
import { instant, type Instant } from '../../src/domain/time.js';
import type { BlindInterval } from '../../src/domain/blindness.js';
import { inOneChunk, measure, noTime, type TimeSink, type Uptime } from '../../src/domain/uptime.js';
import { UptimeDays, utcDayOf, type UptimeDay } from '../../src/domain/uptime-day.js';
import { HeartbeatError } from '../../src/errors.js';
import type { FlipRange, HistoryStore } from '../../src/ports/history-store.js';
import type { DescribedNode, NodeReply } from './node.protocol.js';
import { tellStoredPast, type StoredDays } from './stored-past.js';

export interface NodeFilter {
  readonly state?: NodeState | undefined;
  /** All of these. */
  readonly labels?: readonly Label[] | undefined;
  readonly paused?: boolean | undefined;
  /** A prefix of the name. */
  readonly name?: string | undefined;
  /** Prefixes, one of which the name must have. */
  readonly prefixes?: readonly string[] | undefined;
}

export interface NodePage {
  readonly nodes: readonly DescribedNode[];
  /** Continue after this name; undefined if no more follow. */
  readonly next: NodeName | undefined;
}

/** The flips of a node from an instant on, oldest first, and its state at that instant. */
export interface FlipsSince {
  readonly state: NodeState;
  readonly flips: AsyncIterable<readonly Flip[]>;
  readonly isEmpty: boolean;
}

export interface NodesReaderDeps {
  readonly store: Pick<HistoryStore, 'nodeNames' | 'flips' | 'pauses' | 'blindBetween'> & StoredDays;
  /** When a node was silenced within a range, earliest first. */
  silenced(
    node: DescribedNode,
    range: { readonly from: Instant; readonly to: Instant },
  ): Promise<readonly SilencedInterval[]>;
  /** Asks the actors of all these nodes at once. */
  describe(names: readonly NodeName[], answered: (replies: readonly NodeReply[]) => void): void;
  /** The node's flips that are not on disk yet, oldest first. */
  unstoredFlips(node: NodeName): readonly Flip[];
  /** Resolves once everything that actors have submitted has reached history. */
  settled(): Promise<void>;
}

/** Queries that no single actor answers: lists of nodes, and their past. */
export class NodesReader {
  readonly #deps: NodesReaderDeps;

  constructor(deps: NodesReaderDeps) {
    this.#deps = deps;
  }

  /**
   * Nodes by name, in the order of the store; their descriptions come from their actors. Reads only names that match. A
   * page also ends after a number of nodes read: it may hold fewer than the limit, or none, while others follow (see
   * decision 69).
   */
  async list(filter: NodeFilter, after: NodeName | undefined, limit: number): Promise<NodePage> {
    const nodes: DescribedNode[] = [];
    let last = after;
    let looked = 0;
    for (const prefix of prefixesOf(filter)) {
      for await (const names of this.#namesWith(prefix, after)) {
        const replies = await new Promise<readonly NodeReply[]>((resolve) => {
          this.#deps.describe(names, resolve);
        });
        for (const [index, reply] of replies.entries()) {
          if (reply.kind === 'refused' && reply.code === 'HEARTBEAT_NOT_READY')
            throw new HeartbeatError(reply.code, 'the nodes could not be asked');
          const isWanted = reply.kind === 'node' && matches(reply.node, filter);
          if ((isWanted && nodes.length === limit) || looked === MOST_LOOKED_AT) return { nodes, next: last };
          looked++;
          last = names[index] ?? last;
          if (isWanted) nodes.push(reply.node);
        }
      }
    }
    return { nodes, next: undefined };
  }

  async *#namesWith(prefix: string, after: NodeName | undefined): AsyncGenerator<readonly NodeName[]> {
    for await (const chunk of this.#deps.store.nodeNames(after, prefix)) {
      const names = chunk.filter((name) => name.startsWith(prefix));
      if (names.length > 0) yield names;
      // They are adjacent.
      if (names.length < chunk.length) return;
    }
  }

  /** A node's flips, including those on their way to disk. */
  async *flips(node: NodeName, range: FlipRange): AsyncIterable<readonly Flip[]> {
    await this.#deps.settled();
    const waiting = this.#deps.unstoredFlips(node);
    // A refused one may be on disk all the same.
    const first = waiting[0]?.at ?? Infinity;
    const recent = waiting.filter((flip) => isWithin(flip, range));
    if (range.order === 'desc') yield recent.toReversed();
    for await (const stored of this.#deps.store.flips(node, range)) {
      yield stored.filter(({ at }) => at < first);
    }
    if (range.order === 'asc') yield recent;
  }

  /**
   * @param now the range ends here at the latest. It begins with the node's registration at the earliest, and where its
   * past is known
   */
  async uptime(
    node: DescribedNode,
    requested: { readonly from: Instant | undefined; readonly to: Instant | undefined },
    now: Instant,
  ): Promise<{ readonly from: Instant; readonly to: Instant; readonly uptime: Uptime }> {
    const from = instant(Math.max(requested.from ?? -Infinity, node.registeredAt));
    const to = instant(Math.max(from, Math.min(requested.to ?? Infinity, now)));
    const uptime = noTime();
    const add: TimeSink = (what, begin, end) => {
      uptime[what] += end - begin;
    };
    const { flipsFrom, knownFrom } = await tellStoredPast(this.#deps.store, node, { from, to }, add);
    if (flipsFrom < to) {
      // Includes flips after the range: the first of them tells the state before it.
      const { state, flips } = await flipsSince(this, node, flipsFrom);
      const blind = this.#deps.store.blindBetween(flipsFrom, to);
      const range = { from: flipsFrom, to };
      const silences = await this.#deps.silenced(node, range);
      await measure({ ...range, state }, { flips, pauses: this.pauses(node), blind }, silences, add);
    }
    return { from: knownFrom, to, uptime };
  }

  /**
   * Its uptime on whole UTC days, from its flips: none before it was registered.
   *
   * @param blind those of the range, oldest first
   */
  async days(
    node: DescribedNode,
    { from, to }: { readonly from: Instant; readonly to: Instant },
    blind: readonly Pick<BlindInterval, 'from' | 'to'>[],
  ): Promise<readonly UptimeDay[]> {
    const range = { from: instant(Math.max(from, node.registeredAt)), to };
    if (range.from >= to) return [];
    const days = new UptimeDays(utcDayOf(range.from), to);
    const { state, flips } = await flipsSince(this, node, range.from);
    const past = { flips, pauses: this.pauses(node), blind: inOneChunk(blind) };
    const silences = await this.#deps.silenced(node, range);
    await measure<Flip>({ ...range, state }, past, silences, days.add, (flip) => {
      if (flip.to === 'failed' && flip.from !== 'failed') days.addIncident(flip.at);
    });
    return days.all();
  }

  /** A node's pauses, oldest first; the one that goes on has no end. */
  async *pauses({ name, pausedAt }: DescribedNode): AsyncGenerator<readonly Pause[]> {
    yield* this.#deps.store.pauses(name);
    if (pausedAt !== undefined) yield [{ from: pausedAt, to: FOREVER }];
  }
}

const FOREVER = instant(8_640_000_000_000_000);

/** The most nodes read for one page, matching or not. */
const MOST_LOOKED_AT = 10_000;

/** The prefixes of all names that may match, in the order of their bytes; none is a prefix of another. */
function prefixesOf({ name = '', prefixes = [''] }: NodeFilter): readonly string[] {
  const both = prefixes.flatMap((prefix) =>
    prefix.startsWith(name) ? [prefix] : name.startsWith(prefix) ? [name] : [],
  );
  return [...new Set(both)]
    .filter((prefix) => !both.some((other) => other !== prefix && prefix.startsWith(other)))
    .sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
}

function matches({ state, labels, pausedAt }: DescribedNode, filter: NodeFilter): boolean {
  if (filter.paused !== undefined && (pausedAt !== undefined) !== filter.paused) return false;
  if (filter.state !== undefined && state !== filter.state) return false;
  return filter.labels === undefined || hasLabels(labels, filter.labels);
}

function isWithin({ at }: Flip, { from, before, after, order }: FlipRange): boolean {
  if (at < (from ?? -Infinity) || at >= (before ?? Infinity)) return false;
  if (after === undefined) return true;
  return order === 'asc' ? at > after : at < after;
}

export async function flipsSince(
  reader: Pick<NodesReader, 'flips'>,
  node: DescribedNode,
  from: Instant,
): Promise<FlipsSince> {
  const flips = reader.flips(node.name, { from, order: 'asc' })[Symbol.asyncIterator]();
  const first = await nextChunk(flips);
  const state = first[0]?.from ?? (await stateSince(reader, node, from));
  return { state, flips: following(first, flips), isEmpty: first.length === 0 };
}

/**
 * The state of a node that has not flipped since. Its description has misses that were not noticed yet: they are no
 * flips, and say nothing of the time before them.
 */
async function stateSince(
  reader: Pick<NodesReader, 'flips'>,
  { name, state, since }: DescribedNode,
  from: Instant,
): Promise<NodeState> {
  if (since <= from) return state;
  for await (const [flip] of reader.flips(name, { before: from, order: 'desc' }))
    if (flip !== undefined) return flip.to;
  return 'active';
}

async function nextChunk(flips: AsyncIterator<readonly Flip[]>): Promise<readonly Flip[]> {
  for (;;) {
    const step = await flips.next();
    if (step.done === true) return [];
    if (step.value.length > 0) return step.value;
  }
}

async function* following(
  first: readonly Flip[],
  rest: AsyncIterator<readonly Flip[]>,
): AsyncGenerator<readonly Flip[]> {
  try {
    yield first;
    for (let step = await rest.next(); step.done !== true; step = await rest.next()) yield step.value;
  } finally {
    await rest.return?.();
  }
}
