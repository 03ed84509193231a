import type { KeyObject } from 'node:crypto';
import type { Access, KeyRule } from '../../domain/access.js';
import type { Instant } from '../../domain/time.js';

/** Authentication. Without keys and user tokens everybody may do everything. */
export interface AuthOptions {
  readonly keys: readonly KeyRule[];
  readonly user_tokens?: UserTokenRule;
}

/** How user tokens are verified. */
export interface UserTokenRule {
  readonly algorithm: 'HS256' | 'RS256' | 'ES256';
  /** The secret of HS256, else the public key. */
  readonly key: KeyObject;
  /** The required `iss` and `aud`, if any. */
  readonly issuer?: string;
  readonly audience?: string;
}

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
