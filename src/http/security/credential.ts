import type { Access } from '../../domain/access.js';
import type { Instant } from '../../domain/time.js';

/** A credential that has been verified. */
export interface Credential {
  readonly access: Access;
  /** Undefined where it never expires. */
  readonly expires: Instant | undefined;
  /** What is said from then on. */
  readonly whenExpired: Denied;
}

/** Why a credential is worth nothing. */
export class Denied {
  /** A sentence for whoever sent it. */
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}
