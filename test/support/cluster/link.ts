import type { Millis } from '../../../src/domain/time.js';
import type { Cancel, Clock } from '../../../src/ports/clock.js';
import type { Coordination, Lease, Renewal, Snapshot } from '../../../src/ports/coordination.js';
import type { CoordinationService } from './coordination-service.js';
import type { SimulatedProcess } from './simulated-process.js';

/** What happens to a request. */
export interface Passage {
  /** How long it is on its way there; undefined if it is lost. */
  readonly there: Millis | undefined;
  /** The same for its answer. */
  readonly back: Millis | undefined;
  /** Whether a former leader answers, if it is a renewal. */
  readonly isStale?: boolean;
}

/** The way from a process to the coordination service and back. What is given up may arrive all the same. */
export class Link implements Coordination {
  readonly #service: CoordinationService;
  readonly #clock: Pick<Clock, 'after'>;
  readonly #process: SimulatedProcess;
  readonly #passage: () => Passage;

  /** @param clock the true time */
  constructor(
    service: CoordinationService,
    clock: Pick<Clock, 'after'>,
    process: SimulatedProcess,
    passage: () => Passage,
  ) {
    this.#service = service;
    this.#clock = clock;
    this.#process = process;
    this.#passage = passage;
  }

  grant(ttl: number, signal: AbortSignal): Promise<Lease> {
    return this.#send(() => this.#service.grant(ttl), signal);
  }

  renew(lease: string, signal: AbortSignal): Promise<Renewal> {
    const passage = this.#passage();
    return this.#send(
      () =>
        passage.isStale === true ? this.#service.renewAtFormerLeader(lease) : this.#service.renew(lease),
      signal,
      passage,
    );
  }

  revoke(lease: string, signal: AbortSignal): Promise<void> {
    return this.#send(() => {
      this.#service.revoke(lease);
    }, signal);
  }

  read(signal: AbortSignal): Promise<Snapshot> {
    return this.#send(() => this.#service.read(), signal);
  }

  commit(...[conditions, changes, signal]: Parameters<Coordination['commit']>): Promise<number | undefined> {
    return this.#send(() => this.#service.commit(conditions, changes), signal);
  }

  watch(changed: () => void): Cancel {
    return this.#service.watch(() => {
      const { back } = this.#passage();
      if (back !== undefined) this.#clock.after(back, () => this.#process.deliver(changed));
    });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #send<Answer>(
    work: () => Answer,
    signal: AbortSignal,
    { there, back }: Passage = this.#passage(),
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => {
        reject(new Error('given up'));
      });
      const answer = (settle: () => void): void => {
        if (back !== undefined) this.#clock.after(back, () => this.#process.deliver(settle));
      };
      if (there === undefined) return;
      this.#clock.after(there, () => {
        try {
          const done = work();
          answer(() => resolve(done));
        } catch (error) {
          answer(() => reject(error instanceof Error ? error : new Error(String(error))));
        }
      });
    });
  }
}
