import type { Access } from '../../domain/access.js';
import type { Instant } from '../../domain/time.js';

/** A verified credential. */
export interface Credential {
  readonly access: Access;
  /** Undefined if it never expires. */
  readonly expires: Instant | undefined;
  /** The refusal from then on. */
  readonly whenExpired: Denied;
}

/** Why a credential is refused. */
export class Denied {
  /** A sentence for the sender. */
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}
