import { BrokenPromise, type Disturbance, type Ledger } from '../world/ledger.js';

interface Child {
  readonly name: string;
  readonly [figure: string]: unknown;
  readonly children?: readonly Child[];
}

interface Supervision {
  readonly users: { readonly online: number };
  readonly nodes: { readonly registered: number };
  readonly store: { readonly waiting: number };
  readonly dead_letters: { readonly total: number };
  readonly blind_intervals: readonly { readonly seconds: number; readonly cause: string }[];
  readonly tree: Child;
}

/** The counts of a part of the tree at the end. */
const FIGURES = ['mailbox', 'actors', 'open', 'unstored', 'held', 'flapping', 'waiting', 'active'];
const CRASHES = ['crashes', 'restarts'];
/** The most entries on their way to one store at any time: the checkpoints. */
const CHECKPOINTS = 3;
/** The most blind intervals that `/supervision` shows. */
const SHOWN = 20;
/** A kill this soon after the end of a blind interval may lose its record. */
const STORING = 200;
/** Seconds by which a blind interval may be shorter: an orderly stop still stores after the last answer. */
const SHORTER = { blind: 0.1, restart: 0.5 };
/** Seconds by which a blind interval may be longer than the fault. */
const LONGER = 2500;

/** Checks what `GET /supervision` shows at the end. */
export class SupervisionOracle {
  readonly #ledger: Ledger;
  /** Of users. */
  readonly #partitions: number;

  constructor(ledger: Ledger, partitions: number) {
    this.#ledger = ledger;
    this.#partitions = partitions;
  }

  /** Nothing that has ended is kept, and nothing has crashed. */
  rest(shown: object, now: number): void {
    const { users, nodes, store, dead_letters, tree } = shown as Supervision;
    const left = [
      ...figure('users online', users.online),
      ...figure('nodes', nodes.registered),
      ...figure('entries on their way to the disk', Math.max(0, store.waiting - CHECKPOINTS * this.#stores)),
      ...(this.#ledger.hasCrashed ? [] : figure('dead letters', dead_letters.total)),
      ...figuresOf(tree, this.#ledger.hasCrashed ? FIGURES : [...FIGURES, ...CRASHES]),
    ];
    if (left.length > 0)
      throw new BrokenPromise(`Everything is over, and the daemon still shows ${left.join(', ')}.`, now);
  }

  /** Several partitions have a store each, and so have the nodes. */
  get #stores(): number {
    return this.#partitions === 1 ? 1 : this.#partitions + 1;
  }

  /** Every blind interval is recorded. */
  blindness(shown: object, now: number): void {
    const recorded = (shown as Supervision).blind_intervals.toSorted((a, b) => a.seconds - b.seconds);
    const { disturbances } = this.#ledger;
    // The newest by the wall clock are listed.
    if (disturbances.length > SHOWN && this.#ledger.jumps.length > 0) return;
    const last = disturbances
      .slice(-SHOWN / 2)
      .filter((one) => !this.#mayBeMissing(one))
      .sort((a, b) => a.to - a.from - (b.to - b.from));
    for (const disturbance of last) {
      const cause = disturbance.kind === 'blind' ? 'stalled' : 'restarted';
      const { kind, from, to } = disturbance;
      const length = (to - (kind === 'restart' ? disturbance.ended : from)) / 1000;
      const index = recorded.findIndex(
        (one) =>
          one.cause === cause &&
          one.seconds >= length - SHORTER[disturbance.kind] &&
          one.seconds <= length + LONGER / 1000,
      );
      if (index >= 0) recorded.splice(index, 1);
      else
        throw new BrokenPromise(
          `The daemon was ${cause} for ${String(length)} s, and has not recorded it.`,
          now,
        );
    }
  }

  #mayBeMissing({ kind, from, to }: Disturbance): boolean {
    const { disturbances } = this.#ledger;
    // The duration of a restart is by the wall clock.
    if (kind === 'restart' && this.#ledger.hasJumped(from - 2000, to)) return true;
    if (this.#ledger.wasTroubled(from - 2000, to + STORING)) return true;
    // One interval with the standstill before it.
    if (kind === 'restart' && this.#ledger.wasBlind(from - STORING, from)) return true;
    return disturbances.some(
      (other) => other.kind === 'restart' && other.from >= to && other.from <= to + STORING,
    );
  }
}

function figure(name: string, value: number): string[] {
  return value === 0 ? [] : [`${String(value)} ${name}`];
}

function figuresOf(child: Child, names: readonly string[]): string[] {
  const own = names.flatMap((name) => {
    const value = child[name];
    return typeof value === 'number' ? figure(`${name} of ${child.name}`, value) : [];
  });
  return [...own, ...(child.children ?? []).flatMap((below) => figuresOf(below, names))];
}
