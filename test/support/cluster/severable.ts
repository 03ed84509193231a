import type { Cancel } from '../../../src/ports/clock.js';
import type { Coordination, Lease, Renewal, Snapshot } from '../../../src/ports/coordination.js';

/** A coordination service that a test can cut off: then nothing is sent, and nothing is answered. */
export class Severable implements Coordination {
  readonly #service: Coordination;
  isCut = false;

  constructor(service: Coordination) {
    this.#service = service;
  }

  grant(ttl: number, signal: AbortSignal): Promise<Lease> {
    return this.#ask(signal, () => this.#service.grant(ttl, signal));
  }

  renew(lease: string, signal: AbortSignal): Promise<Renewal> {
    return this.#ask(signal, () => this.#service.renew(lease, signal));
  }

  revoke(lease: string, signal: AbortSignal): Promise<void> {
    return this.#ask(signal, () => this.#service.revoke(lease, signal));
  }

  read(signal: AbortSignal): Promise<Snapshot> {
    return this.#ask(signal, () => this.#service.read(signal));
  }

  commit(...[conditions, changes, signal]: Parameters<Coordination['commit']>): Promise<number | undefined> {
    return this.#ask(signal, () => this.#service.commit(conditions, changes, signal));
  }

  watch(changed: () => void): Cancel {
    return this.#service.watch(() => {
      if (!this.isCut) changed();
    });
  }

  close(): Promise<void> {
    return this.#service.close();
  }

  #reaches(): boolean {
    return !this.isCut;
  }

  async #ask<Answer>(signal: AbortSignal, ask: () => Promise<Answer>): Promise<Answer> {
    if (this.#reaches()) {
      const answer = await ask();
      // It may have been cut while the answer was under way.
      if (this.#reaches()) return answer;
    }
    return new Promise((_resolve, reject) => {
      const end = (): void => reject(new Error('given up'));
      if (signal.aborted) end();
      else signal.addEventListener('abort', end);
    });
  }
}
