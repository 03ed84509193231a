import TinyQueue from 'tinyqueue';

/** The most passes of a process's event loop at one moment. More means that it never becomes idle. */
const MOST_PASSES = 100_000;

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly owner: Process | undefined;
  callback: (() => void) | undefined;
}

/** A process of the simulated machine. Its scheduled callbacks die with it. */
export class Process {
  readonly name: string;
  dead = false;
  /** Whether another process has replaced it. */
  isReplaced = false;
  /** The end of its standstill. */
  stalledUntil = -Infinity;
  /** Called at the end of each pass of its event loop. */
  afterPass: (() => void) | undefined;
  /** Called when it has died. */
  ended: (() => void) | undefined;
  pending: (() => void)[] = [];

  constructor(name: string) {
    this.name = name;
  }

  die(): void {
    this.dead = true;
    this.pending = [];
    this.ended?.();
  }
}

interface Immediate {
  run: (() => void) | undefined;
}

/**
 * Simulated time, and the event loops of all simulated processes. A callback runs in the process that scheduled it;
 * the reactions of its promises run before the next callback. Real time and the host's timers have no influence.
 */
export class Loop {
  now = 1_000_000;
  #order = 0;
  readonly #timers = new TinyQueue<Timer>([], (a, b) => a.at - b.at || a.order - b.order);
  readonly #processes: Process[] = [];
  #current: Process | undefined;

  process(name: string): Process {
    const process = new Process(name);
    this.#processes.push(process);
    return process;
  }

  /** Removes a dead process, and with its timers all that it had in memory. */
  remove(process: Process): void {
    process.die();
    this.#processes.splice(this.#processes.indexOf(process), 1);
    const left = this.#timers.data.filter(({ owner }) => owner !== process);
    this.#timers.data.length = 0;
    this.#timers.length = 0;
    for (const timer of left) this.#timers.push(timer);
  }

  /** @param owner the process that waits; absent for the simulation itself */
  after(delay: number, callback: () => void, owner?: Process): () => void {
    const timer: Timer = { at: this.now + Math.ceil(delay), order: this.#order++, owner, callback };
    this.#timers.push(timer);
    return () => {
      timer.callback = undefined;
    };
  }

  /** Schedules a callback that runs before all others of this time. */
  first(at: number, callback: () => void): void {
    this.#timers.push({ at, order: -1, owner: undefined, callback });
  }

  /** Schedules a callback for the end of this pass of the process's event loop. */
  soon(process: Process, callback: () => void): void {
    if (!process.dead) process.pending.push(callback);
  }

  /** Runs a callback now, in the process. */
  enter(process: Process, work: () => void): void {
    const before = this.#current;
    this.#current = process;
    try {
      work();
    } finally {
      this.#current = before;
    }
  }

  /** Advances time, and runs everything that becomes due. */
  run(until: number): Promise<void> {
    // Reactions of promises run only while no other one runs.
    return new Promise((resolve, reject) => {
      hostImmediate(() => {
        try {
          this.#advance(until);
          resolve();
        } catch (error) {
          reject(asError(error));
        }
      });
    });
  }

  #advance(until: number): void {
    this.#drain(undefined);
    for (
      let timer = this.#timers.peek();
      timer !== undefined && timer.at <= until;
      timer = this.#timers.peek()
    ) {
      this.#timers.pop();
      const { callback, owner } = timer;
      if (callback === undefined || owner?.dead === true) continue;
      this.now = Math.max(this.now, timer.at);
      if (owner !== undefined && owner.stalledUntil > this.now) {
        // In the order of their times.
        this.#timers.push({ ...timer, at: owner.stalledUntil, callback: () => timer.callback?.() });
        continue;
      }
      if (owner === undefined) callback();
      else this.enter(owner, callback);
      this.#drain(owner);
    }
    this.now = Math.max(this.now, until);
  }

  /** Runs until all processes are idle at this moment. */
  #drain(ran: Process | undefined): void {
    this.#current = ran;
    runMicrotasks();
    for (let pass = 0; ; pass++) {
      if (pass > MOST_PASSES) throw new Error('an event loop does not come to rest');
      const process = this.#processes.find(
        ({ pending, stalledUntil }) => pending.length > 0 && stalledUntil <= this.now,
      );
      if (process === undefined) break;
      this.#pass(process);
    }
    this.#current = undefined;
  }

  #pass(process: Process): void {
    const { pending } = process;
    process.pending = [];
    this.#current = process;
    for (const callback of pending) {
      if (process.dead) break;
      callback();
    }
    runMicrotasks();
    if (!process.dead) process.afterPass?.();
  }

  /** Meanwhile `setImmediate` belongs to the simulated processes, and the seed decides `Math.random`. */
  async governing<Result>(random: () => number, work: () => Promise<Result>): Promise<Result> {
    const host = {
      setImmediate: globalThis.setImmediate,
      clear: globalThis.clearImmediate,
      random: Math.random,
    };
    Object.assign(globalThis, {
      setImmediate: (callback: (...args: unknown[]) => void, ...args: unknown[]) => {
        const process = this.#current;
        if (process === undefined) return host.setImmediate(callback, ...args);
        const immediate: Immediate = {
          run: () => {
            callback(...args);
          },
        };
        this.soon(process, () => immediate.run?.());
        return immediate;
      },
      clearImmediate: (immediate: Immediate | NodeJS.Immediate | undefined) => {
        if (immediate === undefined) return;
        if ('run' in immediate) immediate.run = undefined;
        else host.clear(immediate);
      },
    });
    Math.random = random;
    try {
      return await work();
    } finally {
      Object.assign(globalThis, { setImmediate: host.setImmediate, clearImmediate: host.clear });
      Math.random = host.random;
    }
  }
}

const hostImmediate = globalThis.setImmediate;

/** Undocumented, but present since the first releases of Node: runs all `nextTick`s and reactions of promises. */
const tick: unknown = Reflect.get(process, '_tickCallback');

/** Runs the reactions of all settled promises. A real pass of the event loop per event took a third of the time. */
function runMicrotasks(): void {
  if (typeof tick !== 'function') throw new TypeError('this Node.js does not run microtasks on demand');
  Reflect.apply(tick, process, []);
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
