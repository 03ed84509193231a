import { ALERT_TYPES } from '../../../src/domain/alert.js';
import {
  NotifyError,
  type AlertMessage,
  type Channel,
  type ChannelPolicy,
} from '../../../src/ports/channel.js';
import type { Run } from '../machine/daemon.js';
import type { Loop } from '../machine/loop.js';
import type { Random } from '../machine/random.js';
import type { Ledger } from './ledger.js';

/** How a provider behaves. `lies`: it says that it has the alert, and drops it. `twice`: takes it and answers an error. */
export type Behaviour = 'well' | 'down' | 'refuses' | 'hangs' | 'lies' | 'twice';

export interface Told {
  readonly message: AlertMessage;
  readonly at: number;
}

/** Channels that are always there. `spare` gets only what `ops` could not deliver; `boss` is told late. */
export const CHANNELS = ['ops', 'log', 'spare', 'boss'] as const;
/** Comes and goes with reloads. */
export const PASSING = 'extra';
/** Milliseconds that a failure lasts before `boss` hears of it. */
export const LATE = 3000;

/** A provider of one channel, which outlives the daemon that notifies it. */
export class Receiver {
  readonly name: string;
  #behaviour: Behaviour = 'well';
  /** Times in which it was not well. */
  readonly #unwell: { readonly from: number; to: number }[] = [];
  /** Alerts by whose attempts it answered that it has them. */
  readonly told: Told[] = [];
  /** The first attempt for each id. */
  readonly attempted = new Map<string, Told>();
  /** It has refused something for good. */
  hasRefused = false;
  readonly #loop: Loop;
  readonly #random: Random;
  readonly #ledger: Ledger;

  constructor(name: string, loop: Loop, random: Random, ledger: Ledger) {
    this.name = name;
    this.#loop = loop;
    this.#random = random.fork(`receiver ${name}`);
    this.#ledger = ledger;
  }

  get behaviour(): Behaviour {
    return this.#behaviour;
  }

  set behaviour(behaviour: Behaviour) {
    const last = this.#unwell.at(-1);
    if (last?.to === Infinity) last.to = this.#loop.now;
    if (behaviour !== 'well') this.#unwell.push({ from: this.#loop.now, to: Infinity });
    this.#behaviour = behaviour;
  }

  /** Whether it was well all the time in this range. */
  wasWell(since: number, until: number): boolean {
    return !this.#unwell.some(({ from, to }) => from <= until && to >= since);
  }

  async notify(message: AlertMessage, { process }: Run): Promise<void> {
    if (process.dead) return;
    // A closing notice is no alert, and is stored nowhere; nor is what a replaced process raises while the disk refuses it.
    if (message.type !== 'channel.closed' && !process.isReplaced && !this.attempted.has(message.id))
      this.attempted.set(message.id, { message, at: this.#loop.now });
    this.#ledger.count('attempts');
    const { behaviour } = this;
    if (behaviour === 'hangs') return never();
    await this.#answering(process);
    if (behaviour === 'down') throw new NotifyError('the provider is down');
    if (behaviour === 'refuses') {
      this.hasRefused = true;
      throw new NotifyError('the provider refuses it', { permanent: true });
    }
    if (behaviour === 'twice' && this.#random.chance(0.5))
      throw new NotifyError('answered an error, and has it');
    // Whoever has died does not hear the answer: `answering` does not end.
    this.told.push({ message, at: this.#loop.now });
  }

  #answering(process: Run['process']): Promise<void> {
    return new Promise((resolve) => {
      this.#loop.after(this.#random.int(0, 60), resolve, process);
    });
  }
}

/** The channels of one run of the daemon, as a configuration would have them. */
export function channelsOf(
  receivers: ReadonlyMap<string, Receiver>,
  run: Run,
  random: Random,
): readonly Channel[] {
  return [...receivers.values()].map((receiver) => ({
    policy: policyOf(receiver.name, random),
    receiver: receiver.name,
    notifier: {
      notify: (message) => receiver.notify(message, run),
      close: () => Promise.resolve(),
    },
  }));
}

function policyOf(name: string, random: Random): ChannelPolicy {
  const isSpare = name === 'spare';
  return {
    name,
    kind: 'simulated',
    events: isSpare ? [] : ALERT_TYPES.filter((type) => type !== 'node.inactive' && type !== 'test'),
    concurrency: random.int(1, 4),
    attemptTimeout: random.pick([1000, 2000]),
    ...(name === 'ops' && { fallback: 'spare' }),
    ...(name === 'boss' && { after: LATE }),
    retry: { minDelay: 300, maxDelay: random.pick([1000, 3000]), giveUpAfter: 1e12 },
  };
}

function never(): Promise<void> {
  return new Promise(() => undefined);
}
