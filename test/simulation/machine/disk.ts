import { MemoryHistoryStore } from '../../../src/adapters/memory/memory-history-store.js';
import { HeartbeatError } from '../../../src/errors.js';
import type { HistoryStore } from '../../../src/ports/history-store.js';
import type { Loop, Process } from './loop.js';
import type { Random } from './random.js';

/** What becomes of a write that is refused: it had reached the disk all the same, or it had not. */
export type Fate = 'kept' | 'dropped';

/** What a kill does to the batch that is on its way to the disk. */
export type Loss = 'torn' | 'forgotten' | 'none';

type Method = (...args: unknown[]) => unknown;

const WRITES: ReadonlySet<string> = new Set([
  'write',
  'erase',
  'prune',
  'pruneNodes',
  'pruneAlerts',
  'pruneBlind',
]);
/** A write that the process waits for. */
interface UnderWay {
  readonly apply: () => Promise<unknown>;
  isApplied: boolean;
}

/**
 * The disk of one machine: a store that outlives the processes that use it, may be slow or refuse writes, and loses in a
 * crash what was not synced. Each process has a view of its own, and a dead one hears nothing any more.
 */
export class Disk {
  readonly store = new MemoryHistoryStore();
  readonly #loop: Loop;
  readonly #random: Random;
  refuses: Fate | undefined;
  /** Milliseconds that a write takes besides. */
  slow = 0;
  /** A store that refused a write goes on refusing until it is opened again. */
  #broken = false;
  #underWay: UnderWay | undefined;
  /** When a write last reached the disk that was refused. */
  keptAt = -Infinity;
  writes = 0;
  refusals = 0;
  /** Called when a write begins, and when it is on disk and nobody has been told. */
  onWrite: ((step: 'begun' | 'stored') => void) | undefined;

  constructor(loop: Loop, random: Random) {
    this.#loop = loop;
    this.#random = random;
  }

  /** The process that used it is gone. @returns whether a batch was lost */
  async crash(loss: Loss): Promise<boolean> {
    const underWay = this.#underWay;
    this.#underWay = undefined;
    this.#broken = false;
    if (underWay === undefined || underWay.isApplied) return false;
    if (loss !== 'none') return true;
    await underWay.apply();
    return false;
  }

  /** The store as one process sees it. */
  attach(process: Process): HistoryStore {
    return new Proxy(this.store, {
      get: (store, name) => {
        const value: unknown = Reflect.get(store, name, store);
        if (typeof name !== 'string' || typeof value !== 'function') return value;
        const method = (value as Method).bind(store);
        if (name === 'reopen') return () => this.#reopen(process);
        if (WRITES.has(name)) return (...args: unknown[]) => this.#write(process, () => method(...args));
        return (...args: unknown[]) => this.#read(process, method(...args));
      },
    });
  }

  async #write(process: Process, work: () => unknown): Promise<unknown> {
    if (isDead(process)) return never();
    this.writes++;
    const refuses = this.#broken ? 'dropped' : this.refuses;
    let outcome: unknown;
    const underWay: UnderWay = {
      isApplied: false,
      apply: async () => {
        underWay.isApplied = true;
        outcome = await work();
      },
    };
    this.#underWay = refuses === 'dropped' ? undefined : underWay;
    this.onWrite?.('begun');
    await this.#wait(this.#random.int(0, 4) + this.slow);
    if (isDead(process)) return never();
    if (refuses !== 'dropped') await underWay.apply();
    if (refuses === 'kept') this.keptAt = this.#loop.now;
    this.onWrite?.('stored');
    await this.#wait(this.#random.int(0, 2), process);
    if (isDead(process)) return never();
    this.#underWay = undefined;
    if (refuses === undefined) return outcome;
    this.#broken = true;
    this.refusals++;
    throw refusal();
  }

  async #reopen(process: Process): Promise<void> {
    await this.#wait(1, process);
    if (this.refuses !== undefined) throw refusal();
    this.#broken = false;
  }

  /** What is read takes a moment, so that the process may die between any two reads. */
  #read(process: Process, found: unknown): unknown {
    if (found instanceof Promise) return this.#later(process, found);
    if (typeof found === 'object' && found !== null && Symbol.asyncIterator in found)
      return this.#iterate(process, found as AsyncIterable<unknown>);
    return found;
  }

  async #later(process: Process, found: Promise<unknown>): Promise<unknown> {
    await this.#wait(this.#random.int(0, 1), process);
    return isDead(process) ? never() : found;
  }

  async *#iterate(process: Process, found: AsyncIterable<unknown>): AsyncGenerator {
    for await (const chunk of found) {
      await this.#wait(this.#random.int(0, 1), process);
      yield chunk;
    }
  }

  #wait(delay: number, process?: Process): Promise<void> {
    return new Promise((resolve) => {
      this.#loop.after(delay, resolve, process);
    });
  }
}

/** Asked anew: it may have died while something was awaited. */
function isDead({ dead }: Process): boolean {
  return dead;
}

function refusal(): HeartbeatError {
  return new HeartbeatError('HEARTBEAT_STORE_REFUSES', 'the disk is full');
}

function never<Result>(): Promise<Result> {
  return new Promise(() => undefined);
}
