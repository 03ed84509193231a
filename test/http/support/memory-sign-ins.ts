import type { SignInsApi } from '../../../src/app/api/pages-api.js';
import { SignIns, type SignInRules } from '../../../actors/records/sign-ins.js';
import type { ErrorCode } from '../../../src/errors.js';
import type { Clock } from '../../../src/ports/clock.js';

/** Sign-ins as the daemon keeps them, without a store behind them. */
export class MemorySignIns implements SignInsApi {
  /** If set, why nothing can be stored. */
  fault: ErrorCode | undefined;
  most = 1000;
  readonly #rules: SignInRules = { keeps: () => true, ended: () => undefined };
  readonly #kept: SignIns;

  constructor(clock: Pick<Clock, 'wall' | 'after'>) {
    this.#kept = new SignIns({
      clock,
      rules: this.#rules,
      most: () => this.most,
      submit: (entry) => {
        if (entry.kind !== 'sign_in') return;
        const { fault } = this;
        this.#kept.settled([
          fault === undefined ? { entry, stored: true } : { entry, stored: false, code: fault },
        ]);
      },
    });
  }

  get size(): number {
    return this.#kept.size;
  }

  find(hash: string): ReturnType<SignInsApi['find']> {
    return this.#kept.find(hash);
  }

  begin(signIn: Parameters<SignInsApi['begin']>[0]): Promise<void> {
    return this.#kept.begin(signIn);
  }

  end(hash: string): Promise<void> {
    return this.#kept.end(hash);
  }

  rule(keeps: SignInRules['keeps'], ended: SignInRules['ended']): void {
    Object.assign(this.#rules, { keeps, ended });
    this.#kept.review();
  }
}
