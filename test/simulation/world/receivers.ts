import { ALERT_TYPES } from '../../../src/domain/alert.js';
import {
  NotifyError,
  type AlertMessage,
  type Channel,
  type ChannelPolicy,
} from '../../../src/ports/channel.js';
import { MessageLinks } from '../../../src/adapters/channels/message-links.js';
import { RotaNotifier } from '../../../src/adapters/channels/rota/rota.js';
import type { Rota } from '../../../src/domain/rota.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import type { Run } from '../machine/daemon.js';
import type { Loop } from '../machine/loop.js';
import type { Random } from '../machine/random.js';
import type { Ledger } from './ledger.js';
import { PUBLIC_URL, SIGNER } from './phones.js';
import { ROTA } from './rota.js';

/** How a provider behaves. `lies`: it confirms alerts, and drops them. `twice`: it accepts them, and answers errors. */
export type Behaviour = 'well' | 'down' | 'refuses' | 'hangs' | 'lies' | 'twice';

export interface Told {
  readonly message: AlertMessage;
  readonly at: number;
}

/** An attempt to notify a person of a rota. */
export interface Attempted {
  readonly person: string;
  readonly at: number;
}

/** Channels that always exist. `spare` gets only what `ops` could not deliver; `boss` is an escalation channel. */
export const CHANNELS = ['ops', 'log', 'spare', 'boss'] as const;
/** A channel that reloads add and remove. */
export const PASSING = 'extra';
/** The escalation delay of `boss` in milliseconds. */
export const LATE = 3000;

/** The provider of one channel. It outlives the daemon. */
export class Receiver {
  readonly name: string;
  #behaviour: Behaviour = 'well';
  /** Intervals in which it did not work. */
  readonly #unwell: { readonly from: number; to: number }[] = [];
  /** The alerts that it confirmed. */
  readonly told: Told[] = [];
  /** The first attempt for each id. */
  readonly attempted = new Map<string, Told>();
  /** Of a rota: all attempts for each id. */
  readonly attempts = new Map<string, Attempted[]>();
  /** Called with each message that has come, and may be read. */
  arrived: ((message: AlertMessage) => void) | undefined;
  /** Whether it has refused an alert permanently. */
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

  /** Whether it worked during this whole range. */
  wasWell(since: number, until: number): boolean {
    return !this.#unwell.some(({ from, to }) => from <= until && to >= since);
  }

  /** @param person whom a rota notifies */
  async notify(message: AlertMessage, { process }: Run, person?: string): Promise<void> {
    if (process.dead) return;
    // Closing notices are not stored. Neither are alerts that a replaced process raises while its writes are refused.
    if (message.type !== 'channel.closed' && !process.isReplaced) this.#attempt(message, person);
    this.#ledger.count('attempts');
    if (!process.isReplaced) this.arrived?.(message);
    const { behaviour } = this;
    if (behaviour === 'hangs') return never();
    const isError = behaviour === 'twice' && this.#random.chance(0.5);
    const isConfirmed = behaviour !== 'down' && behaviour !== 'refuses' && !isError;
    await this.#answer(process, () => {
      if (isConfirmed) this.told.push({ message, at: this.#loop.now });
    });
    if (behaviour === 'down') throw new NotifyError('the provider is down');
    if (behaviour === 'refuses') {
      this.hasRefused = true;
      throw new NotifyError('the provider refuses it', { permanent: true });
    }
    if (isError) throw new NotifyError('answered an error, and has it');
  }

  #attempt(message: AlertMessage, person: string | undefined): void {
    const at = this.#loop.now;
    if (!this.attempted.has(message.id)) this.attempted.set(message.id, { message, at });
    if (person === undefined) return;
    const attempts = this.attempts.get(message.id) ?? [];
    this.attempts.set(message.id, [...attempts, { person, at }]);
  }

  /** Takes a message, also while the process stands still. A dead process gets no answer. */
  #answer(process: Run['process'], take: () => void): Promise<void> {
    const delay = this.#random.int(0, 60);
    this.#loop.after(delay, () => {
      if (!process.dead) take();
    });
    return new Promise((resolve) => {
      this.#loop.after(delay, resolve, process);
    });
  }
}

/** The channels of one run of the daemon, as a configuration would create them. */
export function channelsOf(
  receivers: ReadonlyMap<string, Receiver>,
  run: Run,
  random: Random,
  rota: Rota,
): readonly Channel[] {
  return [...receivers.values()].map((receiver) => ({
    policy: policyOf(receiver.name, random),
    receiver: receiver.name,
    notifier: receiver.name === ROTA ? rotaNotifier(rota, receiver, run) : notifierTo(receiver, run),
  }));
}

function notifierTo(receiver: Receiver, run: Run, person?: string): Channel['notifier'] {
  const links = new MessageLinks(receiver.name, { publicUrl: PUBLIC_URL, signer: SIGNER }, run.clock);
  return {
    notify: (message) => receiver.notify(links.inAlert(message), run, person),
    close: () => Promise.resolve(),
  };
}

function rotaNotifier(rota: Rota, receiver: Receiver, run: Run): RotaNotifier {
  return new RotaNotifier(rota, 1, {
    clock: run.clock,
    logger: new RecordingLogger(),
    person: (channel) => notifierTo(receiver, run, channel),
  });
}

function policyOf(name: string, random: Random): ChannelPolicy {
  const isSpare = name === 'spare';
  return {
    name,
    kind: name === ROTA ? 'rota' : 'simulated',
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
