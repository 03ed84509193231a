import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../test/support/free-port.js';
import { SeededRandom } from '../../test/support/seeded-random.js';
import { SocketFleet } from '../../test/support/socket-fleet.js';
import { LoadClient } from '../../src/cli/bench/load-client.js';
import type { Happened } from './chart.js';
import { configured, SESSION_TIMEOUT_MS } from './configuration.js';
import { MortalDaemon } from './daemon.js';
import { planFaults } from './fault-plan.js';
import { playFaults } from './fault-player.js';
import { growthIn, type Growth } from './flatness.js';
import { attempted } from './loads/forever.js';
import { SteadyNodes } from './loads/nodes.js';
import { readEvents } from './loads/reader.js';
import { SingleHeals } from './loads/single-heals.js';
import { SteadyUsers } from './loads/steady-users.js';
import { Victims } from './loads/victims.js';
import { sampleOf, type Sample } from './measures.js';
import { Mortals } from './mortals.js';
import { Problems } from './problems.js';
import { Provider } from './provider.js';

export interface SoakPlan {
  readonly hours: number;
  readonly seed: number;
  readonly users: number | undefined;
  readonly signal: AbortSignal;
  /** A line that stays. */
  readonly say: (text: string) => void;
  /** The present state, in a line. */
  readonly show: (text: string) => void;
}

export interface SoakResult {
  readonly seed: number;
  readonly seconds: number;
  readonly steady_users: number;
  readonly heals: number;
  readonly acknowledged_calls_compared: number;
  readonly failures_delivered: number;
  readonly slowest_alert_ms: number;
  readonly events: number;
  readonly faults: readonly Happened[];
  readonly samples: readonly Sample[];
  readonly growth: readonly Growth[];
  readonly problems: { readonly counts: Readonly<Record<string, number>>; readonly first: readonly string[] };
}

const MORTALS = 200;
const SOCKETS = 100;
const MOST_USERS = 200_000;
const FIRST_OF_A_SOCKET = 5_000_000;
const FIRST_MORTAL = 10_000_000;
const MINUTE = 60_000;
/** Milliseconds from one part of a run to the next, and from one fault to the next. */
const [SHORTEST_PART, LONGEST_PART] = [2 * MINUTE, 30 * MINUTE];
const [SHORTEST_PAUSE, LONGEST_PAUSE] = [20_000, 3 * MINUTE];
const PARTS = 6;
const FAULTS = 300;
const SAMPLES = 1_000;
const [OFTENEST, RAREST] = [1_000, MINUTE];
/** The longest wait for what must come once all is well. */
const PATIENCE_MS = 5 * MINUTE;
const LOOK_EVERY_MS = 500;

/** Puts everything on a daemon, lets everything go wrong, and judges each part of the run by what was promised. */
export async function soak(plan: SoakPlan): Promise<SoakResult> {
  const provider = await Provider.start();
  const daemon = new MortalDaemon(await freePort(), (reloads) =>
    configured(provider.url, reloads, plan.hours),
  );
  try {
    await daemon.start();
    return await new Soak(plan, daemon, provider).run();
  } finally {
    await daemon.remove();
    await provider.close();
  }
}

class Soak {
  readonly #plan: SoakPlan;
  readonly #daemon: MortalDaemon;
  readonly #provider: Provider;
  readonly #problems: Problems;
  readonly #random: SeededRandom;
  readonly #victims: Victims;
  readonly #singles: SingleHeals;
  readonly #samples: Sample[] = [];
  readonly #faults: Happened[] = [];
  readonly #began = performance.now();
  #compared = 0;
  #events = 0;

  constructor(plan: SoakPlan, daemon: MortalDaemon, provider: Provider) {
    this.#plan = plan;
    this.#daemon = daemon;
    this.#provider = provider;
    this.#random = new SeededRandom(plan.seed);
    this.#problems = new Problems((text) => {
      plan.say(`${clock(this.#seconds)}  ${text}`);
    });
    this.#victims = new Victims(daemon.url, provider);
    this.#singles = new SingleHeals(daemon.url);
  }

  get #seconds(): number {
    return (performance.now() - this.#began) / 1000;
  }

  async run(): Promise<SoakResult> {
    const { hours, signal, say, seed } = this.#plan;
    const { url } = this.#daemon;
    const users = new SteadyUsers(url, SESSION_TIMEOUT_MS, this.#problems);
    const count = this.#plan.users ?? (await users.third(MOST_USERS));
    const nodes = new SteadyNodes(url, this.#provider.probed, this.#problems);
    await nodes.register();
    say(`seed ${String(seed)}, ${String(count)} steady users, ${String(hours)} hours`);

    const over = new AbortController();
    // Each batch of users waits with it.
    setMaxListeners(0, over.signal);
    const length = hours * 60 * MINUTE;
    const loads = Promise.all([
      users.run(count, over.signal),
      nodes.run(over.signal),
      this.#singles.run(over.signal),
      this.#victims.run(over.signal),
      this.#sample(clamp(length / SAMPLES, OFTENEST, RAREST), over.signal),
    ]);
    try {
      await Promise.race([loads, this.#parts(length)]);
      over.abort();
      await loads;
      if (!signal.aborted) await this.#judgeAlerts();
    } catch (error) {
      // What was measured until then is shown all the same.
      this.#problems.add('the run could not go on', messageOf(error));
    } finally {
      over.abort();
    }
    await this.#victims.close();
    const growth = growthIn(this.#samples);
    for (const { name, first, last, isFlat } of growth)
      if (!isFlat)
        this.#problems.add('a figure grew', `${name}: ${first.toFixed(1)}, then ${last.toFixed(1)}`);
    return {
      seed,
      seconds: Math.round(this.#seconds),
      steady_users: count,
      heals: users.healed,
      acknowledged_calls_compared: this.#compared,
      failures_delivered: this.#victims.failed,
      slowest_alert_ms: this.#victims.slowestMs,
      events: this.#events,
      faults: this.#faults,
      samples: this.#samples,
      growth,
      problems: { counts: this.#problems.counts, first: this.#problems.first },
    };
  }

  async #parts(length: number): Promise<void> {
    const until = this.#began + length;
    const part = clamp(length / PARTS, SHORTEST_PART, LONGEST_PART);
    for (let index = 0; performance.now() < until && !this.#plan.signal.aborted; index++)
      await this.#part(index, Math.min(part, Math.max(MINUTE, until - performance.now())), length);
  }

  /** New users, faults, and then a judgement of what became of the users. */
  async #part(index: number, length: number, whole: number): Promise<void> {
    const { signal, seed } = this.#plan;
    const { url } = this.#daemon;
    const mortals = new Mortals({
      users: MORTALS,
      first: FIRST_MORTAL + index * MORTALS,
      seed: seed + index,
      timeout: SESSION_TIMEOUT_MS,
      patience: PATIENCE_MS / 1000,
    });
    const ids = Array.from({ length: SOCKETS }, (_, at) => FIRST_OF_A_SOCKET + index * SOCKETS + at);
    const fleet = new SocketFleet(url, ids);
    const reading = new AbortController();
    try {
      mortals.answersAt(url);
      await fleet.allOnline();
      const reader = readEvents(url, ids, this.#problems, reading.signal);
      const every = clamp(whole / FAULTS, SHORTEST_PAUSE, LONGEST_PAUSE);
      await playFaults(
        planFaults(seed + index, length, every),
        {
          daemon: this.#daemon,
          provider: this.#provider,
          random: this.#random,
          now: () => this.#seconds,
          onStart: () => {
            mortals.answersAt(url);
          },
          onFault: (happened) => this.#faults.push(happened),
        },
        signal,
      );
      await mortals.finish();
      await this.#judgeFleet(fleet);
      reading.abort();
      this.#events += await reader;
      fleet.stop();
      if (signal.aborted) return;
      await this.#untilOffline(mortals.ids);
      await this.#daemon.stop();
      const outages = this.#daemon.takeOutages();
      this.#compared += await mortals.judge(this.#daemon.dataDirectory, outages, this.#problems);
      await this.#daemon.start();
    } finally {
      reading.abort();
      fleet.stop();
      await mortals.remove();
    }
  }

  async #judgeFleet(fleet: SocketFleet): Promise<void> {
    try {
      await fleet.allOnline();
      await fleet.expectUnbroken();
    } catch (error) {
      this.#problems.add('a user of a socket was not online all the time', messageOf(error));
    }
  }

  async #untilOffline(ids: readonly string[]): Promise<void> {
    const client = new LoadClient(this.#daemon.url);
    const giveUpAt = performance.now() + PATIENCE_MS;
    for (;;) {
      const answer = await attempted(() => client.checkup(ids));
      const online = answer?.results.filter(({ status }) => status === 'online') ?? ids;
      if (online.length === 0) break;
      if (performance.now() > giveUpAt) {
        this.#problems.add('users are online who are silent', String(online.length));
        break;
      }
      await sleep(LOOK_EVERY_MS);
    }
    await client.close();
  }

  async #judgeAlerts(): Promise<void> {
    this.#provider.comeBack();
    const giveUpAt = performance.now() + PATIENCE_MS;
    while (this.#victims.waiting > 0 && performance.now() < giveUpAt) {
      await this.#victims.follow();
      await sleep(LOOK_EVERY_MS);
    }
    this.#victims.judge(this.#problems);
  }

  async #sample(everyMs: number, signal: AbortSignal): Promise<void> {
    const { show } = this.#plan;
    while (!signal.aborted) {
      await sleep(everyMs, undefined, { signal }).catch(() => undefined);
      const crashed = this.#daemon.hasCrashed;
      if (crashed !== undefined) throw new Error(`the daemon has ended by itself:\n${crashed}`);
      try {
        const shown = await sampleOf(this.#daemon.url, this.#daemon.pid);
        const heal_p99_ms = this.#singles.takeP99() ?? null;
        this.#samples.push({
          at: this.#seconds,
          ...shown,
          heal_p99_ms,
          alerts_waiting: this.#victims.waiting,
        });
        show(
          `${clock(this.#seconds)} of ${clock(this.#plan.hours * 3_600)}: ${String(shown.users_online)} users, ` +
            `${String(this.#faults.length)} faults, ${String(this.#victims.waiting)} alerts wait, ` +
            `${String(this.#problems.total)} problems`,
        );
      } catch {
        // It is away, or frozen: the chart has a gap.
      }
    }
  }
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}

function clock(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  return `${String(Math.floor(minutes / 60))}:${String(minutes % 60).padStart(2, '0')}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
