import type { errors as joseErrors, JWTVerifyOptions } from 'jose';
import { Access } from '../../domain/access.js';
import { instant } from '../../domain/time.js';
import type { UserIds } from '../../domain/user-id.js';
import type { Clock } from '../../ports/clock.js';
import { type Credential, Denied, type UserTokenRule } from './credentials.js';

const THREE_PARTS = /^[\w-]+\.[\w-]+\.[\w-]*$/;

/** Whether a credential has the form of a JSON Web Token. */
export function isToken(bearer: string): boolean {
  return THREE_PARTS.test(bearer);
}

/** Verifies the tokens that an app's server signs for its users. */
export class UserTokens {
  readonly #rule: UserTokenRule;
  readonly #options: JWTVerifyOptions;
  readonly #clock: Clock;
  readonly #userIds: Pick<UserIds, 'parse'>;
  /** Loaded only where tokens are configured, and then at once: later, loading would hold up everything else. */
  readonly #jose = import('jose');

  constructor(rule: UserTokenRule, clock: Clock, userIds: Pick<UserIds, 'parse'>) {
    const { algorithm, issuer, audience } = rule;
    this.#rule = rule;
    this.#clock = clock;
    this.#userIds = userIds;
    this.#options = {
      // Never the token's own algorithm: it could be `none`, or use a public key as a secret.
      algorithms: [algorithm],
      requiredClaims: ['sub', 'exp'],
      ...(issuer !== undefined && { issuer }),
      ...(audience !== undefined && { audience }),
    };
  }

  async verify(token: string): Promise<Credential | Denied> {
    const { errors, jwtVerify } = await this.#jose;
    try {
      const currentDate = new Date(this.#clock.wall());
      const { payload } = await jwtVerify(token, this.#rule.key, { ...this.#options, currentDate });
      const { sub, exp = 0 } = payload;
      const user = typeof sub === 'string' ? this.#userIds.parse(sub) : undefined;
      if (user === undefined)
        return new Denied('the token is not valid: its sub must be a user id, as a string');
      return {
        access: Access.ofUser(user),
        expires: instant(exp * 1000),
        whenExpired: EXPIRED,
      };
    } catch (error) {
      return denied(error, errors);
    }
  }
}

const EXPIRED = new Denied('the token has expired');

/** jose's messages about claims quote none of their values. */
function denied(error: unknown, errors: typeof joseErrors): Denied {
  if (error instanceof errors.JWTExpired) return EXPIRED;
  if (error instanceof errors.JWTClaimValidationFailed)
    return new Denied(`the token is not valid: ${error.message}`);
  if (error instanceof errors.JOSEError)
    return new Denied('the token is not valid: its signature or its form');
  throw error;
}
