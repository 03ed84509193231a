import { bytesOf, liveBytes, NODE_BYTES, roomIn, USER_BYTES } from '../domain/memory.js';
import type { Millis } from '../domain/time.js';
import type { Cancel, Clock } from '../ports/clock.js';
import type { Logger } from '../ports/logger.js';
import { StartupMemory } from './startup-memory.js';
import type { Memory, MemoryReading, MemoryUse } from '../ports/memory.js';

const EVERY: Millis = 250;

/** Freed memory is garbage at first, so it counts for less than taken memory. */
const GIVEN_BACK = 0.4;

/** Hysteresis: a shortage is over only once this share of the memory is free again below the limit. */
const RELIEF = 0.05;

/** Share of a limit: a heap that takes no more holds too little garbage to matter. */
const NEGLIGIBLE = 0.05;

export interface MemoryGuardDeps {
  /** Undefined if memory is not the daemon's to watch. */
  readonly memory: Memory | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The share of the memory beyond which nobody new is admitted. */
  readonly share: () => number;
  readonly users: () => number;
  readonly nodes: () => number;
}

/** How many were refused for lack of memory. */
export interface Shed {
  readonly openings: number;
  readonly registrations: number;
}

/**
 * Keeps the daemon from running out of memory: past a share of it, no new users and nodes are admitted, and everybody
 * online stays. Memory is read on a timer; in between, admissions are counted. See decision 76.
 */
export class MemoryGuard {
  readonly #deps: MemoryGuardDeps;
  readonly #shed = { openings: 0, registrations: 0 };
  #cancel: Cancel | undefined;
  /** Bytes that may still be taken before the next reading. */
  #room = Infinity;
  #reading: MemoryReading | undefined;
  #isShort = false;
  #startRoom = new StartupMemory(undefined);
  /** Bytes taken by users and nodes at the last full collection, and at the last reading. */
  #takenThen = 0;
  #takenBefore = 0;
  /** Estimated bytes taken since the last collection. */
  #grown = 0;

  constructor(deps: MemoryGuardDeps) {
    this.#deps = deps;
  }

  /** Call it before anything is restored: what there is to restore is compared with what is free then. */
  start(): void {
    const { memory } = this.#deps;
    if (memory === undefined) return;
    collectGarbage(memory);
    this.#look();
    this.#lookAgain();
    this.#startRoom = new StartupMemory(this.#reading?.heap);
  }

  /** Alerts have been restored, and nothing else. */
  alertsRead(): void {
    const { memory } = this.#deps;
    if (memory === undefined) return;
    collectGarbage(memory);
    this.#look();
    this.#startRoom.alertsRead(this.#reading?.heap);
  }

  /** What a start has to hold. */
  get startRoom(): StartupMemory {
    return this.#startRoom;
  }

  /**
   * What may be restored while the daemon runs. Garbage is not collected for it: that would hold up everybody else.
   *
   * @param place where it is found
   */
  roomFor(place: string): StartupMemory {
    this.#look();
    const heap = this.#reading?.heap;
    return new StartupMemory(heap && { ...heap, live: liveBytes(heap, this.#grown) }, place);
  }

  #lookAgain(): void {
    this.#cancel = this.#deps.clock.after(EVERY, () => {
      this.#look();
      this.#lookAgain();
    });
  }

  stop(): void {
    this.#cancel?.();
  }

  /** Whether one more user may come online. */
  admitsUser(): boolean {
    if (this.#takes(USER_BYTES)) return true;
    this.#shed.openings++;
    return false;
  }

  /** Whether one more node may be registered. */
  admitsNode(): boolean {
    if (this.#takes(NODE_BYTES)) return true;
    this.#shed.registrations++;
    return false;
  }

  get shed(): Shed {
    return this.#shed;
  }

  get isShort(): boolean {
    return this.#isShort;
  }

  /** The fullest memory: 1 is full. */
  get used(): number {
    return this.#reading === undefined
      ? 0
      : Math.max(...usesOf(this.#reading).map((use) => liveBytes(use, this.#grown) / use.limit));
  }

  inspect(): object {
    const { heap, container } = this.#reading ?? {};
    return { short: this.#isShort, shed: this.#shed, heap: shown(heap), container: shown(container) };
  }

  #takes(bytes: number): boolean {
    if (this.#room >= bytes) {
      this.#room -= bytes;
      return true;
    }
    if (!this.#isShort) this.#shortage(true);
    return false;
  }

  #look(): void {
    const { memory, share } = this.#deps;
    if (memory === undefined) return;
    const reading = memory.read();
    const taken = bytesOf({ users: this.#deps.users(), nodes: this.#deps.nodes() });
    // Growth since the reading before this one may have come after the collection.
    if (reading.collections !== this.#reading?.collections)
      this.#takenThen = Math.min(taken, this.#takenBefore);
    this.#takenBefore = taken;
    this.#reading = reading;
    const grown = taken - this.#takenThen;
    this.#grown = grown > 0 ? grown : grown * GIVEN_BACK;
    this.#room = roomIn(usesOf(reading), share(), this.#grown);
    if (this.#isShort && this.#room > RELIEF * reading.heap.limit) this.#shortage(false);
  }

  #shortage(isShort: boolean): void {
    this.#isShort = isShort;
    const { heap, container } = this.#reading ?? {};
    const facts = { heap: shown(heap), container: shown(container), share: this.#deps.share() };
    if (isShort) this.#deps.logger.warn('memory low: new sessions and registrations are refused', facts);
    else this.#deps.logger.info('memory recovered', { ...facts, refused: this.#shed });
  }
}

/**
 * Tells garbage from what a start can use, where that matters. A full collection takes 50 ms or more, which is a tenth of
 * the start of a small daemon.
 */
function collectGarbage(memory: Memory): void {
  const reading = memory.read();
  const limit = Math.min(...usesOf(reading).map((use) => use.limit));
  if (reading.heap.used > NEGLIGIBLE * limit) memory.collect();
}

function usesOf({ heap, container }: MemoryReading): readonly MemoryUse[] {
  return container === undefined ? [heap] : [heap, container];
}

function shown(use: MemoryUse | undefined): object | undefined {
  if (use === undefined) return undefined;
  return { live_bytes: Math.round(use.live), used_bytes: Math.round(use.used), limit_bytes: use.limit };
}
