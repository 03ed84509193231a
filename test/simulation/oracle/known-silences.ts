import type { Ledger, PlannedSilence, RequestedSilence } from '../world/ledger.js';

/** A time on the monotonic clock. */
interface Span {
  readonly from: number;
  readonly to: number;
}

/** A silence, or one time of a maintenance window, as an outside observer knows it. */
export interface KnownSilence {
  /** The names of the nodes that it fits. */
  readonly nodes: ReadonlySet<string>;
  /** It certainly held in this time; undefined if it may never have been made. */
  readonly certain: Span | undefined;
  /** It may have held in this time. */
  readonly possible: Span;
}

/** Milliseconds until a reload counts, and in which an answer is on its way. */
const SOON = 100;
/** The expression of all maintenance windows with one means each minute. */
const MINUTE = 60_000;

/** All silences and maintenance windows, while the wall clock was not set. */
export class KnownSilences {
  readonly #all: readonly KnownSilence[];
  readonly #ofNode = new Map<string, readonly KnownSilence[]>();

  /** @param lead the wall clock minus the monotonic clock */
  constructor(ledger: Pick<Ledger, 'silences' | 'maintenance'>, lead: number, now: number) {
    this.#all = [
      ...ledger.silences.flatMap((silence) => requested(silence, lead)),
      ...ledger.maintenance.flatMap((window) => planned(window, lead, now)),
    ];
  }

  of(node: string): readonly KnownSilence[] {
    const known = this.#ofNode.get(node);
    if (known !== undefined) return known;
    const own = this.#all.filter(({ nodes }) => nodes.has(node));
    this.#ofNode.set(node, own);
    return own;
  }

  /** Whether some silence may have fitted the node at some time in this range. */
  mayFit(node: string, from: number, to: number): boolean {
    return this.of(node).some(({ possible }) => possible.from <= to && possible.to >= from);
  }
}

function requested(
  { nodes, startsAt, endsAt, at, answer, answeredAt = Infinity, mayBeOnDisk, expiry }: RequestedSilence,
  lead: number,
): readonly KnownSilence[] {
  if (answer === 'refused' && !mayBeOnDisk) return [];
  const [from, to] = [startsAt - lead, endsAt - lead];
  const certain = { from: Math.max(from, answeredAt), to: Math.min(to, expiry?.at ?? Infinity) };
  const isEnded = expiry?.answer === 'done';
  const end = isEnded ? Math.min(to, (expiry.answeredAt ?? Infinity) + SOON) : to;
  return [
    {
      nodes,
      certain: answer === 'done' && certain.from < certain.to ? certain : undefined,
      possible: { from: Math.max(from, at), to: end },
    },
  ];
}

function planned(window: PlannedSilence, lead: number, now: number): readonly KnownSilence[] {
  const times: Span[] = [];
  if (window.everyMinute === undefined)
    times.push({ from: window.startsAt - lead, to: window.endsAt - lead });
  else {
    const begun = window.configured[0]?.from ?? now;
    const first = Math.floor((begun + lead) / MINUTE) * MINUTE - lead;
    for (let from = first; from < now; from += MINUTE) times.push({ from, to: from + window.everyMinute });
  }
  return times.flatMap((time) =>
    window.configured.flatMap((configured) => {
      const possible = {
        from: Math.max(time.from, configured.from),
        to: Math.min(time.to, configured.to + SOON),
      };
      if (possible.from >= possible.to) return [];
      // The one that is in force when the daemon starts is known before anything else.
      const since = configured.isFromStart ? configured.from : configured.from + SOON;
      const certain = { from: Math.max(time.from, since), to: Math.min(time.to, configured.to) };
      return [{ nodes: window.nodes, certain: certain.from < certain.to ? certain : undefined, possible }];
    }),
  );
}
