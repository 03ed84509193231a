import { expect } from 'chai';
import type { NodeState } from '../../../src/domain/node.js';

/** A range of moments, in whole milliseconds of the monotonic clock. */
export interface Range {
  readonly lo: number;
  readonly hi: number;
}

/** An adaptive timeout, between these bounds. */
interface Limits {
  readonly min: number;
  readonly max: number;
}

/** A node by the promises. */
export interface Life {
  readonly chosen: number | Limits;
  /** The timeout in force. How an adaptive one is computed is no promise; that it stays within its bounds is. */
  readonly timeout: Range;
  readonly maxRetries: number;
  readonly paused: boolean;
  readonly state: NodeState;
  readonly retries: number;
  /** Only of a node that is neither paused nor failed. */
  readonly deadline: Range;
  /** Since the last blind interval. */
  readonly heard: boolean;
  /** The deadline is one timeout after this heartbeat, unless something else has moved it. */
  readonly since?: number | undefined;
}

/** The visible state of a node. */
export interface View extends Omit<Life, 'timeout' | 'deadline' | 'heard' | 'since'> {
  readonly timeout: number;
  readonly deadline: number | undefined;
}

export interface NodeRules {
  readonly timeout: number;
  readonly maxRetries: number;
  readonly grace: number;
  readonly tick: number;
  /** The largest age of a stored status, if the state has not changed since. */
  readonly lag: number;
}

export interface Change {
  readonly timeout?: number | Limits | null;
  readonly maxRetries?: number | null;
  readonly paused?: boolean | null;
}

/** The possible states of the node; undefined: not registered. */
type World = Life | undefined;

/** All possible states of one node after what was sent and answered. What is seen rules some of them out. */
export class NodeModel {
  readonly name: string;
  readonly #rules: NodeRules;
  worlds: readonly World[] = [undefined];

  constructor(name: string, rules: NodeRules) {
    this.name = name;
    this.#rules = rules;
  }

  get known(): boolean {
    return this.worlds.every((world) => world !== undefined);
  }

  /** It is unknown whether a request had an effect. */
  perhaps(happen: () => void): void {
    const before = this.worlds;
    happen();
    this.worlds = [...before, ...this.worlds];
  }

  /** @param registers whether an unknown node is registered by it */
  beat(arrived: Range, readAt: number, registers = true): void {
    this.#each((world) => {
      if (world === undefined) return [registers ? this.#registered(readAt, {}) : undefined];
      return missed(world, arrived).map((life) => {
        const timeout = within(life.chosen);
        return {
          ...life,
          state: 'active',
          retries: 0,
          heard: true,
          timeout,
          deadline: { lo: readAt + timeout.lo, hi: readAt + timeout.hi },
          since: readAt,
        };
      });
    });
  }

  /** The first request about a node may be a report of its failure. @param registers as above */
  fail(arrived: Range, readAt: number, registers = true): void {
    this.#each((world) =>
      world === undefined
        ? [registers ? { ...this.#registered(readAt, {}), state: 'failed' } : undefined]
        : missed(world, arrived).map((life) =>
            life.state === 'failed'
              ? life
              : { ...life, state: 'failed', timeout: exactly(longest(life.chosen)) },
          ),
    );
  }

  /** @param registers whether an unknown node is registered by it */
  put(change: Change, arrived: Range, readAt: number, registers = true): void {
    this.#each((world) => {
      if (world === undefined) return [registers ? this.#registered(readAt, change) : undefined];
      const lives = missed(world, arrived);
      // A request without effect is answered without the disk, so a kill may still undo the miss before it.
      const isNoChange = hasSameSettings(this.#changed(world, change, readAt), world);
      const perhaps = isNoChange && !lives.includes(world) ? [world] : [];
      return [...perhaps, ...lives.map((life) => this.#changed(life, change, readAt))];
    });
  }

  forget(): void {
    this.worlds = [undefined];
  }

  /** The process stood still, and the watchdog has noticed it. */
  blinded(from: number, to: number): void {
    const { grace, tick } = this.#rules;
    this.#each((world) => {
      if (world === undefined) return [world];
      const { deadline, heard, timeout } = world;
      if (!isDue(world)) return [{ ...world, heard: false, since: undefined }];
      const least = heard ? to + Math.min(timeout.lo, grace) : -Infinity;
      const most = heard ? to + Math.min(timeout.hi, grace) : -Infinity;
      const shifted = {
        lo: Math.max(deadline.lo + to - from, least),
        hi: Math.max(deadline.hi + to - from + tick, most),
      };
      const worlds: World[] = [];
      // For the daemon it began up to a tick earlier.
      const blinded = { heard: false, since: undefined };
      if (deadline.hi >= from - tick) worlds.push({ ...world, ...blinded, deadline: shifted });
      if (deadline.lo < from) {
        for (const life of missed(world, exactly(deadline.hi + 1), 1)) {
          worlds.push({
            ...life,
            ...blinded,
            deadline: { lo: least === -Infinity ? from + timeout.lo : least, hi: to + timeout.hi + 2 * tick },
          });
        }
      }
      return worlds;
    });
  }

  /**
   * The process was killed and started again, or stopped and started.
   *
   * @param deaf the disk had not accepted writes for a while
   */
  restarted({ killedAt, at, deaf }: { killedAt: number; at: number; deaf: boolean }): void {
    const { grace, lag } = this.#rules;
    if (deaf) this.anything = true;
    this.#each((world) => {
      if (world === undefined) return [world];
      const { chosen, timeout, deadline, heard } = world;
      // No heartbeat has come in this run, whatever the heartbeat history says.
      const anew = { heard: false, since: undefined, timeout: exactly(longest(chosen)) };
      if (!isDue(world)) return [{ ...world, ...anew }];
      const worlds: World[] = [];
      const least = heard ? at + Math.min(longest(chosen), grace) : at;
      const most = Math.max(at + longest(chosen), at + deadline.hi - (killedAt - lag));
      // Lost misses, or a lost last heartbeat, give it more time.
      for (let retries = world.retries; retries >= (world.state === 'inactive' ? 1 : 0); retries--) {
        // If nothing was lost, its deadline is not earlier than before.
        const isExact = retries === world.retries && (!heard || timeout.lo > grace);
        const lo = isExact ? Math.max(least, deadline.lo + at - killedAt) : least;
        worlds.push({ ...world, ...anew, retries, deadline: { lo, hi: most } });
      }
      // The last misses may be on disk without having been seen.
      for (const life of missed(world, exactly(killedAt + 1))) {
        worlds.push({ ...life, ...anew, deadline: { lo: least, hi: most } });
      }
      return worlds;
    });
  }

  /** The disk accepted no writes before a kill: the next visible state counts, unless it comes too early. */
  anything = false;

  /**
   * What is seen must fit one of the possible states. The others are removed.
   *
   * @param late how late the daemon may act on a deadline
   */
  seen(view: View | undefined, now: number, late: number): void {
    if (this.anything) {
      this.anything = false;
      if (view !== undefined && view.deadline !== undefined)
        expect(view.deadline, this.name).to.be.at.least(now);
      this.worlds = [
        view && {
          ...view,
          timeout: exactly(view.timeout),
          deadline: exactly(view.deadline ?? 0),
          heard: false,
        },
      ];
      return;
    }
    const fitting = this.worlds.flatMap((world): World[] => {
      if (world === undefined) return view === undefined ? [world] : [];
      // A miss is visible before the daemon acts on it, so a heartbeat at the deadline or a kill can undo it.
      return missed(world, { lo: now - late, hi: now + 1 }).flatMap((life) => {
        if (view !== undefined && isSeenAs(life, view)) return [narrowed(life, view)];
        return missed(life, exactly(now + 1)).some((shown) => isSeenAs(shown, view)) ? [life] : [];
      });
    });
    if (fitting.length === 0) {
      const seen = JSON.stringify({ ...view, now });
      throw new Error(`${this.name} is seen as ${seen}, and may be ${JSON.stringify(this.worlds)}`);
    }
    this.worlds = [...new Map(fitting.map((world) => [JSON.stringify(world), world])).values()];
  }

  #registered(readAt: number, change: Change): Life {
    const chosen = change.timeout ?? this.#rules.timeout;
    return {
      chosen,
      timeout: exactly(longest(chosen)),
      maxRetries: change.maxRetries ?? this.#rules.maxRetries,
      paused: change.paused ?? false,
      state: 'active',
      retries: 0,
      heard: true,
      deadline: exactly(readAt + longest(chosen)),
    };
  }

  #changed(life: Life, change: Change, readAt: number): Life {
    const chosen = change.timeout === undefined ? life.chosen : (change.timeout ?? this.#rules.timeout);
    const maxRetries =
      change.maxRetries === undefined ? life.maxRetries : (change.maxRetries ?? this.#rules.maxRetries);
    const paused = change.paused === undefined ? life.paused : (change.paused ?? false);
    const isOther = JSON.stringify(chosen) !== JSON.stringify(life.chosen);
    const changed: Life = {
      ...life,
      chosen,
      timeout: isOther ? within(chosen) : life.timeout,
      maxRetries,
      paused,
    };
    if (!isDue(changed) || !(isOther || life.paused)) return changed;
    const timeout = longest(chosen);
    return { ...changed, timeout: exactly(timeout), deadline: exactly(readAt + timeout), since: undefined };
  }

  #each(become: (world: World) => readonly World[]): void {
    this.worlds = this.worlds.flatMap(become);
  }
}

export function exactly(at: number): Range {
  return { lo: at, hi: at };
}

function longest(chosen: number | Limits): number {
  return typeof chosen === 'number' ? chosen : chosen.max;
}

function within(chosen: number | Limits): Range {
  return typeof chosen === 'number' ? exactly(chosen) : { lo: chosen.min, hi: chosen.max };
}

function isDue({ paused, state }: Life): boolean {
  return !paused && state !== 'failed';
}

/** The possible states of a node after all deadlines before a moment. */
function missed(life: Life, before: Range, most = Infinity): Life[] {
  if (!isDue(life) || life.deadline.lo >= before.hi || most === 0) return [life];
  const { timeout, maxRetries, retries, deadline } = life;
  const next: Life =
    retries >= maxRetries
      ? { ...life, state: 'failed' }
      : {
          ...life,
          state: 'inactive',
          retries: retries + 1,
          deadline: { lo: deadline.lo + timeout.lo, hi: deadline.hi + timeout.hi },
          since: undefined,
        };
  const after = missed(next, before, most - 1);
  return deadline.hi < before.lo ? after : [life, ...after];
}

/** What was seen is certain from then on. */
function narrowed(life: Life, { timeout, deadline }: View): Life {
  const seen = { ...life, timeout: exactly(timeout) };
  if (deadline === undefined) return seen;
  return { ...seen, deadline: exactly(deadline) };
}

function hasSameSettings(one: Life, other: Life): boolean {
  return (
    JSON.stringify(one.chosen) === JSON.stringify(other.chosen) &&
    one.maxRetries === other.maxRetries &&
    one.paused === other.paused
  );
}

function isSeenAs(life: Life, view: View | undefined): boolean {
  if (view === undefined) return false;
  const same =
    JSON.stringify(life.chosen) === JSON.stringify(view.chosen) &&
    view.timeout >= life.timeout.lo &&
    view.timeout <= life.timeout.hi &&
    life.maxRetries === view.maxRetries &&
    life.paused === view.paused &&
    life.state === view.state &&
    life.retries === view.retries;
  if (!same || view.deadline === undefined) return same && !isDue(life);
  if (life.since !== undefined && view.deadline !== life.since + view.timeout) return false;
  return isDue(life) && view.deadline >= life.deadline.lo && view.deadline <= life.deadline.hi;
}
