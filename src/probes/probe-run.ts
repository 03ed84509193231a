import { lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction, type Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import type { ProbeTimings } from '../domain/probe.js';
import type { Clock } from '../ports/clock.js';

/** The clock of probes. */
export type ProbeClock = Pick<Clock, 'now' | 'wall' | 'after'>;

/** What probes may connect to. */
export interface Network {
  /** Resolves names to addresses to which it may connect. Default: the system, and any address. */
  readonly lookup?: LookupFunction;
  /** Whether it may connect to an address. Default: to any. */
  readonly permits?: (address: string) => boolean;
  /** The certificates that are trusted. Default: those that Node knows. */
  readonly secureContext?: SecureContext;
}

/** What has been found so far, which counts even if the probe ends at its deadline. */
interface Found {
  status?: number;
  certificateDays?: number;
}

/** One run of a probe. */
export class ProbeRun {
  readonly clock: ProbeClock;
  readonly signal: AbortSignal;
  readonly found: Found = {};
  readonly #network: Network;
  #timings: { -readonly [Part in keyof ProbeTimings]: ProbeTimings[Part] } = {};
  #since: number;

  constructor(clock: ProbeClock, network: Network, signal: AbortSignal) {
    this.clock = clock;
    this.signal = signal;
    this.#network = network;
    this.#since = clock.now();
  }

  get timings(): ProbeTimings {
    return this.#timings;
  }

  /** A connection begins; the timings are those of the last one. */
  begin(): void {
    this.#timings = {};
    this.#since = this.clock.now();
  }

  /** A part of it is over. */
  over(part: keyof ProbeTimings): void {
    const now = this.clock.now();
    this.#timings[part] = Math.max(0, now - this.#since);
    this.#since = now;
  }

  /**
   * Checks an address that is written as one. It is not looked up, so `lookup` does not see it.
   *
   * @throws Error if it must not connect there
   */
  expectPermitted(host: string): void {
    if (isIP(host) !== 0 && this.#network.permits?.(host) === false)
      throw new Error(`the address ${host} is not in probes.allow`);
  }

  /** Options of `tls.connect`. */
  get trust(): { readonly secureContext?: SecureContext } {
    const { secureContext } = this.#network;
    return secureContext === undefined ? {} : { secureContext };
  }

  /** For `net.connect`, which connects to nothing but what this returns. */
  readonly lookup: LookupFunction = (name, options, callback) => {
    const lookup = this.#network.lookup ?? systemLookup;
    lookup(name, options, (...outcome) => {
      this.over('resolve');
      callback(...outcome);
    });
  };

  /** Takes the times of a connection. */
  follow(socket: Socket): void {
    socket
      .once('connect', () => {
        this.over('connect');
      })
      .once('secureConnect', () => {
        this.over('tls');
      });
  }
}
