import type { Refusal } from '../../actors/shards/pending-request.js';
import { HeartbeatError } from '../errors.js';
import type { Clock } from '../ports/clock.js';
import type { Ownership } from '../ports/ownership.js';

const NOT_READY: Refusal = { kind: 'refused', code: 'HEARTBEAT_NOT_READY' };

/** Lets no answer out that another process may contradict. A store in a directory has one owner for good. */
export class OwnershipCheck {
  readonly #ownership: Ownership | undefined;
  readonly #clock: Pick<Clock, 'now'>;

  constructor(ownership: Ownership | undefined, clock: Pick<Clock, 'now'>) {
    this.#ownership = ownership;
    this.#clock = clock;
  }

  /** Whether answers from memory are true now. */
  get holds(): boolean {
    return this.#ownership === undefined || this.#clock.now() < this.#ownership.validUntil;
  }

  /** Undefined where nobody else can own the store. */
  get isOwned(): boolean | undefined {
    return this.#ownership && this.holds;
  }

  /** @throws HeartbeatError `HEARTBEAT_NOT_READY` if answers from memory may not be true now */
  check(): void {
    if (!this.holds) throw new HeartbeatError('HEARTBEAT_NOT_READY', 'the store is not owned at present');
  }

  /** Checks once more when there is a reply: the process may have stood still since it was asked for. */
  one<Reply>(answered: (reply: Reply | Refusal) => void): (reply: Reply | Refusal) => void {
    if (this.#ownership === undefined) return answered;
    return (reply) => {
      answered(this.holds ? reply : NOT_READY);
    };
  }

  /** The same for replies that come together. */
  all<Reply>(
    answered: (replies: readonly (Reply | Refusal)[]) => void,
  ): (replies: readonly (Reply | Refusal)[]) => void {
    if (this.#ownership === undefined) return answered;
    return (replies) => {
      answered(this.holds ? replies : replies.map(() => NOT_READY));
    };
  }
}
