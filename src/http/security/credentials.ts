import type { KeyObject } from 'node:crypto';
import type { Access, GroupScopes, KeyRule } from '../../domain/access.js';
import type { Instant } from '../../domain/time.js';
import type { ErrorCode } from '../../errors.js';

/** Authentication. Without keys and user tokens everybody may do everything. */
export interface AuthOptions {
  readonly keys: readonly KeyRule[];
  readonly user_tokens?: UserTokenRule;
  readonly trusted_header?: TrustedHeaderRule;
  readonly openid?: OpenIdRule;
}

/** What people may do who sign in at a provider of OpenID Connect. */
interface OpenIdRule {
  readonly issuer: string;
  readonly scopes: GroupScopes;
}

/** How a proxy says who has signed in there. */
export interface TrustedHeaderRule {
  /** Lower-case names of headers. */
  readonly user: string;
  readonly groups?: string;
  /** Networks that the proxy's own address is in. */
  readonly from: readonly string[];
  /** What the proxy has to show: a secret in another header, a certificate of this authority, in PEM, or both. */
  readonly secret?: { readonly header: string; readonly value: { reveal(): string } };
  readonly clientCa?: string;
  readonly scopes: GroupScopes;
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
  readonly code: ErrorCode;

  constructor(message: string, code: ErrorCode = 'HEARTBEAT_UNAUTHORIZED') {
    this.message = message;
    this.code = code;
  }
}
