import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { LevelHistoryStore } from '../../src/adapters/level/level-history-store.js';
import { ALWAYS_OWNED } from '../../src/adapters/ownership/always-owned.js';
import { App } from '../../src/app.js';
import { loadConfig } from '../../src/config/load-config.js';
import { parseNodeName, type NodeName } from '../../src/domain/node-name.js';
import { instant, toMillis } from '../../src/domain/time.js';
import { userIdFromBigInt, type UserId } from '../../src/domain/user-id.js';
import type { Logger } from '../../src/ports/logger.js';
import { quantile } from '../statistics.js';
import { SteppedClock } from './stepped-clock.js';

const STEP = 1_800;
const STEPS = 86_400 / STEP;
/** Steps in which a user sends heals, before the session ends in silence. */
const HEALS = 2;
const SESSION_TIMEOUT = 3_000;
/** Users whose week is read in each step. */
const READERS = 20;
const WEEK = toMillis(7 * 86_400);
/** Passes of the event loop in which everything that a step has begun goes on, besides what is waited for. */
const PASSES = 50;
/** How long a node that has stopped is silent: it fails. */
const SILENT = 10;

export interface YearOptions {
  readonly directory: string;
  readonly days: number;
  readonly users: number;
  /** Of each user, a day. */
  readonly sessions: number;
  readonly nodes: number;
  /** Of sessions, in days. */
  readonly retention: number;
  /** Of flips, in days. */
  readonly flipRetention: number;
}

/** What a simulated day has shown. Durations in real milliseconds, sizes in bytes. */
export interface Day {
  readonly day: number;
  /** Sessions that were opened. */
  readonly opened: number;
  /** Ended sessions in the store. */
  readonly stored: number;
  readonly disk: number;
  readonly nodes: number | undefined;
  readonly openingP50: number;
  readonly openingP99: number;
  readonly weekP99: number;
  readonly rss: number;
  /** Seconds that the day took. */
  readonly took: number;
}

/** Runs the whole daemon, except HTTP, on a simulated clock and a real LevelDB. */
export class Year {
  readonly #options: YearOptions;
  readonly #clock = new SteppedClock(instant(Date.UTC(2026, 0, 1)));
  readonly #app: App;
  readonly #store: LevelHistoryStore;
  readonly #users: readonly UserId[];
  readonly #nodes: readonly NodeName[];
  /** Heals that each user's session has still, and steps until the next session after them. */
  readonly #heals: Int16Array;
  readonly #waits: Int16Array;
  /** Steps in which each node sends no heartbeat. */
  readonly #silent: Int16Array;
  readonly #random = seeded(1);

  constructor(options: YearOptions, logger: Logger) {
    this.#options = options;
    this.#store = new LevelHistoryStore(options.directory, { logger });
    const loaded = loadConfig({
      flags: {
        '--session-timeout': String(SESSION_TIMEOUT),
        // A step is no standstill.
        '--blind-after': '86400',
        '--history-retention': String(options.retention * 86_400),
        '--flips-retention': String(options.flipRetention * 86_400),
        '--nodes-timeout': String(2 * STEP),
        '--log-metrics-every': 'off',
      },
      env: {},
      cwd: '/',
      isTerminal: false,
    });
    if (!loaded.ok) throw new TypeError(loaded.problems.join('\n'));
    this.#app = new App(loaded.config, {
      clock: this.#clock,
      logger,
      storeOf: () => this.#store,
      ownership: ALWAYS_OWNED,
      processFacts: () => ({}),
      gateway: () => Promise.resolve({ stop: () => Promise.resolve(), inspect: () => ({}) }),
    });
    this.#users = Array.from({ length: options.users }, (_, index) => userIdFromBigInt(BigInt(index + 1)));
    this.#nodes = Array.from({ length: options.nodes }, (_, index) => nodeName(`node-${String(index)}`));
    this.#heals = new Int16Array(options.users);
    this.#waits = Int16Array.from(this.#users, () => Math.floor(this.#random() * (this.#away + HEALS)));
    this.#silent = new Int16Array(options.nodes);
  }

  /** Steps between the last heal of a session and the next session. */
  get #away(): number {
    return Math.max(2, Math.round(STEPS / this.#options.sessions) - HEALS);
  }

  /** @yields each day once it is over */
  async *days(): AsyncGenerator<Day> {
    await this.#app.start();
    try {
      for (let day = 1; day <= this.#options.days; day++) yield await this.#day(day);
    } finally {
      await this.#app.stop();
    }
  }

  async #day(day: number): Promise<Day> {
    const begun = performance.now();
    const openings: number[] = [];
    const weeks: number[] = [];
    for (let step = 0; step < STEPS; step++) await this.#step(openings, weeks);
    const { kinds } = await this.#store.diskUse();
    return {
      day,
      opened: openings.length,
      stored: this.#store.countSessions(),
      disk: await sizeOf(this.#options.directory),
      nodes: kinds?.nodes,
      openingP50: quantile(openings, 0.5),
      openingP99: quantile(openings, 0.99),
      weekP99: quantile(weeks, 0.99),
      rss: process.memoryUsage.rss(),
      took: (performance.now() - begun) / 1_000,
    };
  }

  async #step(openings: number[], weeks: number[]): Promise<void> {
    this.#clock.step(toMillis(STEP));
    for (let pass = 0; pass < PASSES; pass++) await nextPass();
    const work: Promise<void>[] = [this.#beat()];
    for (const [index, user] of this.#users.entries()) {
      const [heals, waits] = [this.#heals[index] ?? 0, this.#waits[index] ?? 0];
      if (heals > 0) {
        this.#heals[index] = heals - 1;
        work.push(this.#heal(user, undefined));
      } else if (waits > 0) this.#waits[index] = waits - 1;
      else {
        this.#heals[index] = HEALS - 1;
        this.#waits[index] = this.#away;
        work.push(this.#heal(user, openings));
      }
    }
    for (let reader = 0; reader < READERS; reader++) {
      const user = this.#users[Math.floor(this.#random() * this.#users.length)];
      if (user !== undefined) work.push(this.#readWeek(user, weeks));
    }
    await Promise.all(work);
  }

  #heal(user: UserId, times: number[] | undefined): Promise<void> {
    const asked = performance.now();
    return new Promise((resolve, reject) => {
      this.#app.users.ask('heal', user, (reply) => {
        if (reply.kind === 'refused') reject(new Error(`a heal was refused: ${reply.code}`));
        times?.push(performance.now() - asked);
        resolve();
      });
    });
  }

  async #readWeek(user: UserId, times: number[]): Promise<void> {
    const asked = performance.now();
    const range = { from: instant(this.#clock.wall() - WEEK), order: 'asc' } as const;
    for await (const _ of this.#app.users.history(user, range)) void _;
    times.push(performance.now() - asked);
  }

  /** Now and then a node stops for some hours. */
  async #beat(): Promise<void> {
    const beating = this.#nodes.filter((_, index) => {
      const silent = this.#silent[index] ?? 0;
      this.#silent[index] = silent > 0 ? silent - 1 : this.#random() < 0.05 / STEPS ? SILENT : 0;
      return silent === 0;
    });
    if (beating.length === 0) return;
    await new Promise<void>((resolve) => {
      this.#app.nodes.heartbeats(beating, () => {
        resolve();
      });
    });
  }
}

async function sizeOf(directory: string): Promise<number> {
  let size = 0;
  for (const entry of await readdir(directory, { withFileTypes: true, recursive: true })) {
    // LevelDB may have deleted it meanwhile.
    if (entry.isFile())
      size += await stat(path.join(entry.parentPath, entry.name)).then(
        (file) => file.size,
        () => 0,
      );
  }
  return size;
}

function nodeName(text: string): NodeName {
  const name = parseNodeName(text);
  if (name === undefined) throw new TypeError(`${text} is no name of a node`);
  return name;
}

function nextPass(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** The same numbers in each run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
