import { CRASHING, type Crashes } from '../machine/crashes.js';
import type { Daemon } from '../machine/daemon.js';
import type { Loop } from '../machine/loop.js';
import type { Random } from '../machine/random.js';
import type { Ledger } from './ledger.js';
import type { Network } from './network.js';
import type { Behaviour, Receiver } from './receivers.js';
import type { Settings } from './settings.js';

/** The kinds of fault, and the mean time between two of a kind in simulated seconds. */
const FAULTS = {
  kill: 25,
  twin: 60,
  stop: 60,
  stall: 20,
  lag: 6,
  crash: 8,
  jump: 40,
  refuse: 30,
  slow: 20,
  tear: 50,
  forget: 50,
  delay: 15,
  cut: 15,
  hang: 30,
  lie: 40,
  twice: 30,
  down: 25,
  reload: 35,
} as const;

export type FaultKind = keyof typeof FAULTS;

export const FAULT_KINDS: readonly FaultKind[] = Object.freeze(
  // An object literal has no inherited enumerable keys.
  Object.keys(FAULTS).filter((kind): kind is FaultKind => kind in FAULTS),
);

export interface FaultsDeps {
  readonly loop: Loop;
  readonly random: Random;
  readonly daemon: Daemon;
  readonly crashes: Crashes;
  readonly network: Network;
  readonly ledger: Ledger;
  readonly settings: Settings;
  readonly clients: readonly string[];
  readonly receivers: readonly Receiver[];
  readonly reload: (random: Random) => void;
  /** Kills the daemon and starts it again after a while. */
  readonly kill: (how: { readonly loss: 'torn' | 'forgotten' | 'none'; readonly downtime: number }) => void;
  /** Suspends the process for this time, and starts another one after `downtime`. */
  readonly forsake: (milliseconds: number, downtime: number) => void;
  readonly restart: (downtime: number) => void;
}

/** Injects faults at random times, each kind independently. */
export class Faults {
  readonly #deps: FaultsDeps;
  #isOver = false;
  #laggedAt = -Infinity;

  constructor(kinds: readonly FaultKind[], pace: number, deps: FaultsDeps) {
    this.#deps = deps;
    for (const kind of kinds)
      this.#await(kind, FAULTS[kind] * 1000 * pace, deps.random.fork(`fault ${kind}`));
  }

  /** Stops injecting faults, and ends those that last. */
  end(): void {
    this.#isOver = true;
    const { daemon, network } = this.#deps;
    daemon.disk.refuses = undefined;
    daemon.disk.slow = 0;
    network.delay = 0;
    network.cut.clear();
    for (const receiver of this.#deps.receivers) receiver.behaviour = 'well';
  }

  #await(kind: FaultKind, mean: number, random: Random): void {
    this.#deps.loop.after(random.wait(mean), () => {
      if (this.#isOver) return;
      this.#bringAbout(kind, random);
      this.#await(kind, mean, random);
    });
  }

  #lasts(milliseconds: number, ended: () => void): void {
    this.#deps.loop.after(milliseconds, () => {
      if (!this.#isOver) ended();
    });
  }

  #did(kind: FaultKind, text: string, about?: string): void {
    this.#deps.ledger.count(`fault ${kind}`);
    this.#deps.ledger.tell(text, about);
  }

  #bringAbout(kind: FaultKind, random: Random): void {
    const { daemon, network, loop } = this.#deps;
    switch (kind) {
      case 'kill':
        this.#kill(kind, 'none', random);
        return;
      case 'tear':
        this.#kill(kind, 'torn', random);
        return;
      case 'forget':
        this.#kill(kind, 'forgotten', random);
        return;
      case 'twin': {
        if (!daemon.isReady || daemon.isStalled) return;
        const downtime = this.#downtime(random);
        const stall = downtime + random.int(1, 4 * this.#deps.settings.timeout);
        this.#did(
          kind,
          `The process stands still for ${String(stall / 1000)} s. Another one takes its place ${String(downtime / 1000)} s later.`,
        );
        this.#deps.forsake(stall, downtime);
        return;
      }
      case 'stop':
        if (!daemon.isReady || daemon.isStalled) return;
        this.#did(kind, 'The daemon is asked to stop.');
        this.#deps.restart(this.#downtime(random));
        return;
      case 'stall':
        this.#stall(random);
        return;
      case 'lag':
        this.#lag(random);
        return;
      case 'crash': {
        const part = random.pick(CRASHING);
        // A message without a waiting caller is dropped once it crashes its actor twice; its effect is not promised.
        const times = part === 'users' || part === 'nodes' ? random.pick([1, 1, 2]) : 1;
        this.#deps.crashes.arm(part, random.int(0, 12), times, (path) => {
          this.#deps.ledger.hasCrashed = true;
          const often = times === 1 ? 'a message crashes' : 'a message twice crashes';
          this.#did(kind, `In the daemon, ${often} the actor ${path}.`);
        });
        return;
      }
      case 'jump': {
        const by = random.pick([3_600_000, 60_000, 5000, 200, -200, -5000, -3_600_000]);
        this.#did(
          kind,
          `Somebody sets the wall clock ${by > 0 ? 'forward' : 'back'} by ${String(Math.abs(by) / 1000)} s.`,
        );
        this.#deps.ledger.jumps.push({ at: loop.now, by });
        daemon.jump(by);
        return;
      }
      case 'refuse': {
        if (daemon.disk.refuses !== undefined) return;
        const fate = random.pick(['kept', 'dropped'] as const);
        const lasts = random.int(200, 8000);
        const really = fate === 'kept' ? 'but has them all the same' : 'and does not have them';
        this.#did(kind, `The disk refuses writes for ${String(lasts / 1000)} s, ${really}.`);
        this.#deps.ledger.troubleBegins();
        daemon.disk.refuses = fate;
        this.#lasts(lasts, () => {
          daemon.disk.refuses = undefined;
        });
        return;
      }
      case 'slow': {
        const lasts = random.int(500, 6000);
        this.#deps.ledger.troubleBegins();
        daemon.disk.slow = random.int(50, 1500);
        this.#did(
          kind,
          `The disk is slow for ${String(lasts / 1000)} s: ${String(daemon.disk.slow)} ms a write.`,
        );
        this.#lasts(lasts, () => {
          daemon.disk.slow = 0;
        });
        return;
      }
      case 'delay': {
        const lasts = random.int(1000, 5000);
        network.delay = random.int(50, 2000);
        this.#did(kind, `The network takes up to ${String(network.delay)} ms for ${String(lasts / 1000)} s.`);
        this.#lasts(lasts, () => {
          network.delay = 0;
        });
        return;
      }
      case 'cut': {
        const client = random.pick(this.#deps.clients);
        const lasts = random.int(500, 10_000);
        this.#did(kind, `The network cuts off ${client} for ${String(lasts / 1000)} s.`, client);
        network.cut.add(client);
        this.#lasts(lasts, () => {
          network.cut.delete(client);
        });
        return;
      }
      case 'hang':
        this.#receiver(kind, random, 'hangs');
        return;
      case 'lie':
        this.#receiver(kind, random, 'lies');
        return;
      case 'twice':
        this.#receiver(kind, random, 'twice');
        return;
      case 'down':
        this.#receiver(kind, random, random.pick(['down', 'down', 'refuses']));
        return;
      case 'reload':
        if (!daemon.isReady || daemon.isStalled) return;
        this.#did(kind, 'The configuration is reloaded with other settings.');
        this.#deps.reload(random);
        return;
    }
  }

  #receiver(kind: FaultKind, random: Random, behaviour: Behaviour): void {
    const receiver = random.pick(this.#deps.receivers);
    const lasts = random.int(500, 12_000);
    const texts: Record<Behaviour, string> = {
      well: 'is well',
      hangs: 'does not answer',
      lies: 'says that it has alerts, and drops them,',
      twice: 'answers errors to alerts that it has',
      down: 'is down',
      refuses: 'refuses everything for good',
    };
    this.#did(
      kind,
      `The receiver of channel ${receiver.name} ${texts[behaviour]} for ${String(lasts / 1000)} s.`,
    );
    receiver.behaviour = behaviour;
    this.#lasts(lasts, () => {
      receiver.behaviour = 'well';
    });
  }

  #downtime(random: Random): number {
    return random.pick([1, random.int(1, 1000), random.int(1, 3 * this.#deps.settings.timeout)]);
  }

  /** Kills at any step: after some passes of the event loop, or when a write begins or is on disk. */
  #kill(kind: FaultKind, loss: 'torn' | 'forgotten' | 'none', random: Random): void {
    const { daemon, loop, kill } = this.#deps;
    const { process } = daemon;
    if (process === undefined || process.dead) return;
    const downtime = this.#downtime(random);
    const texts = {
      none: 'killed',
      torn: 'killed in a write, which is torn',
      forgotten: 'killed before a sync',
    };
    let isDone = false;
    const now = (): void => {
      if (isDone || process.dead) return;
      isDone = true;
      daemon.disk.onWrite = undefined;
      process.afterPass = undefined;
      this.#did(kind, `The daemon is ${texts[loss]}, and started again ${String(downtime / 1000)} s later.`);
      kill({ loss, downtime });
    };
    const how = loss === 'none' ? random.pick(['now', 'passes', 'begun', 'stored'] as const) : 'begun';
    if (how === 'now') return now();
    if (how === 'passes') {
      let left = random.int(1, 12);
      process.afterPass = () => {
        if (--left <= 0) now();
      };
    } else {
      daemon.disk.onWrite = (step) => {
        if (step === how) now();
      };
    }
    // If no such step comes.
    loop.after(2000, now);
  }

  #stall(random: Random): void {
    const { daemon, ledger, loop, settings } = this.#deps;
    if (!daemon.isReady || daemon.isStalled) return;
    const least = settings.blindAfter + 150;
    const length = random.pick([
      random.int(least, least + 500),
      random.int(least, least + 3 * settings.timeout),
    ]);
    const from = loop.now;
    ledger.disturbances.push({ kind: 'blind', from, to: from + length });
    this.#did('stall', `The process stands still for ${String(length / 1000)} s.`);
    daemon.stall(length, random.chance(0.5));
  }

  #lag(random: Random): void {
    const { daemon, loop, settings } = this.#deps;
    if (!daemon.isReady || daemon.isStalled || loop.now - this.#laggedAt < 100) return;
    const length = random.int(5, settings.blindAfter - 10);
    this.#laggedAt = loop.now + length;
    this.#did('lag', `The process lags for ${String(length)} ms.`);
    daemon.stall(length, random.chance(0.5));
  }
}
