import type { KeyObject } from 'node:crypto';
import type { KeyRule } from '../../domain/access.js';

/** Who may ask. Without keys and user tokens everybody may do everything. */
export interface AuthOptions {
  readonly keys: readonly KeyRule[];
  readonly user_tokens?: UserTokenRule;
}

/** How the tokens are signed that users come with. */
export interface UserTokenRule {
  readonly algorithm: 'HS256' | 'RS256' | 'ES256';
  /** The secret of HS256, else the public key. */
  readonly key: KeyObject;
  /** What `iss` and `aud` must be, where that is asked for. */
  readonly issuer?: string;
  readonly audience?: string;
}
