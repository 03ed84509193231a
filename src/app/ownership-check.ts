import type { Refusal } from '../../actors/shards/pending-request.js';
import { ALWAYS_OWNED } from '../adapters/ownership/always-owned.js';
import { HeartbeatError } from '../errors.js';
import type { Clock } from '../ports/clock.js';
import type { Ownership } from '../ports/ownership.js';

const NOT_READY: Refusal = { kind: 'refused', code: 'HEARTBEAT_NOT_READY' };

/** Lets no answer out that another process may contradict. */
export class OwnershipCheck {
  readonly #ownership: Ownership;
  readonly #clock: Pick<Clock, 'now'>;
  /** Whether another process can become the owner. Where none can, replies are not checked again. */
  readonly #canEnd: boolean;

  constructor(ownership: Ownership, clock: Pick<Clock, 'now'>) {
    this.#ownership = ownership;
    this.#clock = clock;
    this.#canEnd = ownership !== ALWAYS_OWNED;
  }

  /** Whether answers from memory are true now. */
  get holds(): boolean {
    return !this.#canEnd || this.#clock.now() < this.#ownership.validUntil;
  }

  /** Undefined where nobody else can own the store. */
  get isOwned(): boolean | undefined {
    return this.#canEnd ? this.holds : undefined;
  }

  /** @throws HeartbeatError `HEARTBEAT_NOT_READY` if answers from memory may not be true now */
  check(): void {
    if (!this.holds) throw new HeartbeatError('HEARTBEAT_NOT_READY', 'the store is not owned at present');
  }

  /** Checks once more when there is a reply: the process may have stood still since it was asked for. */
  one<Reply>(answered: (reply: Reply | Refusal) => void): (reply: Reply | Refusal) => void {
    if (!this.#canEnd) return answered;
    return (reply) => {
      answered(this.holds ? reply : NOT_READY);
    };
  }

  /** The same for replies that come together. */
  all<Reply>(
    answered: (replies: readonly (Reply | Refusal)[]) => void,
  ): (replies: readonly (Reply | Refusal)[]) => void {
    if (!this.#canEnd) return answered;
    return (replies) => {
      answered(this.holds ? replies : replies.map(() => NOT_READY));
    };
  }
}
