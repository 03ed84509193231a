import type { KeyObject } from 'node:crypto';
import type { KeyRule } from '../../domain/access.js';

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
