import { EVERYTHING } from '../../../src/adapters/history/format.js';
import { OrderedHistoryStore } from '../../../src/adapters/history/ordered-history-store.js';
import { HeartbeatError } from '../../../src/errors.js';
import type { HistoryStore } from '../../../src/ports/history-store.js';
import type {
  Entry,
  KeyRange,
  OrderedStore,
  Reading,
  StoreEngine,
  WriteBatch,
  WriteOptions,
} from '../../../src/ports/ordered-store.js';
import type { Loop, Process } from './loop.js';
import { nameOf, Pages, type Change } from './pages.js';
import type { Random } from './random.js';

/** Whether a refused write is on the disk nevertheless. */
export type Fate = 'kept' | 'dropped';

/**
 * What the end of a process does to unsynced writes. A killed process loses nothing that the system has; a machine that
 * loses power loses some of it, or all.
 */
export type Loss = 'torn' | 'forgotten' | 'none';

/** A write for which the process waits. */
interface UnderWay {
  readonly database: string;
  readonly changes: readonly Change[];
  readonly options: WriteOptions;
  isApplied: boolean;
}

/**
 * The disk of one machine, below the real history store. It outlives the processes that use it, may be slow or refuse
 * writes, and loses unsynced writes in a crash. It is fenced: opening it shuts out the process that had it open. Each
 * process has a view of its own, and a dead process gets no replies.
 */
export class Disk {
  readonly #pages = new Pages();
  readonly #loop: Loop;
  readonly #random: Random;
  refuses: Fate | undefined;
  /** The additional duration of a write in milliseconds. */
  slow = 0;
  /** The process that opened it last. */
  #owner: Process | undefined;
  /** A planted fault: a process that was shut out may still write. */
  isFenceless = false;
  readonly #underWay = new Map<Process, Set<UnderWay>>();
  /** Changes that undo unsynced writes, the latest first. */
  #unsynced: { readonly database: string; readonly undo: readonly Change[] }[] = [];
  /** When a refused write last reached the disk. */
  keptAt = -Infinity;
  /** Called when a write begins, and when it is on disk but not confirmed. */
  onWrite: ((step: 'begun' | 'stored') => void) | undefined;

  constructor(loop: Loop, random: Random) {
    this.#loop = loop;
    this.#random = random;
  }

  /** The process that used it has ended. @returns whether a batch was lost */
  crash(process: Process, loss: Loss): boolean {
    const underWay = this.#underWay.get(process) ?? [];
    this.#underWay.delete(process);
    const { length } = this.#unsynced;
    const lost = loss === 'none' ? 0 : loss === 'forgotten' ? length : this.#random.int(0, length);
    for (const { undo } of this.#unsynced.splice(0, lost)) this.#pages.apply(undo);
    if (this.#isShutOut(process)) return lost > 0;
    const left = [...underWay].filter(({ isApplied }) => !isApplied);
    if (loss === 'none') for (const write of left) this.#apply(write);
    return lost > 0 || (loss !== 'none' && left.length > 0);
  }

  /**
   * A store as one process sees it. Each has a database of its own.
   *
   * @param partition whose store it is; undefined for the only one
   * @param lost called when another process opens it
   */
  attach(process: Process, partition: string | undefined, lost: () => void): HistoryStore {
    const database = partition === undefined ? '' : `${partition}/`;
    return new OrderedHistoryStore(this.#engine(process, database, lost), {});
  }

  #engine(process: Process, database: string, lost: () => void): StoreEngine {
    let hasOpened = false;
    return {
      place: { name: 'the simulated disk', setting: 'another disk' },
      open: async () => {
        if (hasOpened && this.#isShutOut(process)) throw shutOut(lost);
        hasOpened = true;
        this.#owner = process;
        await this.#wait(1, process);
        return this.#store(process, database, lost);
      },
      release: () => Promise.resolve(),
      proveReopenable: async () => {
        await this.#wait(1, process);
        if (this.refuses !== undefined) throw refusal();
      },
      size: () => Promise.resolve(0),
      free: () => Promise.resolve(undefined),
      openError: (cause) => new HeartbeatError('HEARTBEAT_STORE_FAILED', 'it cannot be opened', { cause }),
      writeError: (cause) => (cause instanceof HeartbeatError ? cause : refusal()),
    };
  }

  #isShutOut(process: Process): boolean {
    return this.#owner !== process && !this.isFenceless;
  }

  /** A read takes a moment, so that the process may die between any two reads. */
  #store(process: Process, database: string, lost: () => void): OrderedStore {
    const moment = (): Promise<void> => this.#wait(this.#random.int(0, 1), process);
    const pages = this.#pages;
    return {
      scrubbing: undefined,
      getMany: async (keys) => {
        await moment();
        return keys.map((key) => pages.get(database + nameOf(key)));
      },
      entries: async function* (range: KeyRange, reading: Reading = {}): AsyncGenerator<Entry[]> {
        await moment();
        for (const chunk of pages.chunks(database, range, reading)) {
          yield chunk;
          await moment();
        }
      },
      snapshot: async function* (): AsyncGenerator<Entry[]> {
        await moment();
        for (const chunk of [...pages.chunks(database, EVERYTHING, {})]) {
          yield chunk;
          await moment();
        }
      },
      sizesOf: () => Promise.resolve(undefined),
      batch: () => this.#batch(process, database, lost),
      checkPresence: () => Promise.resolve(),
      checkFiles: () => Promise.resolve(true),
      close: () => Promise.resolve(),
      abandon: () => Promise.resolve(),
    };
  }

  #batch(process: Process, database: string, lost: () => void): WriteBatch {
    const changes: Change[] = [];
    return {
      get length() {
        return changes.length;
      },
      put: (key, value) => void changes.push([database + nameOf(key), value]),
      del: (key) => void changes.push([database + nameOf(key), undefined]),
      write: (options) => this.#write(process, { database, changes, options, isApplied: false }, lost),
      close: () => Promise.resolve(),
    };
  }

  async #write(process: Process, write: UnderWay, lost: () => void): Promise<void> {
    if (isDead(process)) return never();
    const { refuses } = this;
    const underWay = this.#underWay.get(process) ?? new Set();
    this.#underWay.set(process, underWay);
    if (refuses !== 'dropped') underWay.add(write);
    this.onWrite?.('begun');
    await this.#wait(this.#random.int(0, 4) + this.slow);
    if (isDead(process)) return never();
    if (this.#isShutOut(process)) {
      await this.#wait(0, process);
      throw shutOut(lost);
    }
    if (refuses !== 'dropped') this.#apply(write);
    if (refuses === 'kept') this.keptAt = this.#loop.now;
    this.onWrite?.('stored');
    await this.#wait(this.#random.int(0, 2), process);
    if (isDead(process)) return never();
    underWay.delete(write);
    if (refuses !== undefined) throw refusal();
  }

  #apply(write: UnderWay): void {
    write.isApplied = true;
    const { changes, database, options } = write;
    const undo = this.#pages.apply(changes);
    if (options.sync) this.#unsynced = this.#unsynced.filter((other) => other.database !== database);
    else this.#unsynced.unshift({ database, undo });
  }

  #wait(delay: number, process?: Process): Promise<void> {
    return new Promise((resolve) => {
      this.#loop.after(delay, resolve, process);
    });
  }
}

/** A function, since the process may have died during an `await`. */
function isDead({ dead }: Process): boolean {
  return dead;
}

function refusal(): HeartbeatError {
  return new HeartbeatError('HEARTBEAT_STORE_REFUSES', 'the disk is full');
}

function shutOut(lost: () => void): HeartbeatError {
  lost();
  return new HeartbeatError('HEARTBEAT_STORE_LOCKED', 'another daemon has taken over this store');
}

function never<Result>(): Promise<Result> {
  return new Promise(() => undefined);
}
