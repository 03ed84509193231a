import type { errors as joseErrors, JWTVerifyOptions } from 'jose';
import { Access, type UserClaims } from '../../domain/access.js';
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
      const { sub, exp = 0, watch, meta } = payload;
      const user = typeof sub === 'string' ? this.#userIds.parse(sub) : undefined;
      if (user === undefined)
        return new Denied('the token is not valid: its sub must be a user id, as a string');
      const watched = this.#watched(watch);
      if (watched === WRONG) return WRONG_WATCH;
      if (meta !== undefined && typeof meta !== 'boolean') return WRONG_META;
      const expires = instant(exp * 1000);
      return {
        access: Access.ofUser(user, { watch: watched, meta: meta === true, expires }),
        expires,
        whenExpired: EXPIRED,
      };
    } catch (error) {
      return denied(error, errors);
    }
  }

  /** The users that the claim `watch` names; undefined if there is none. */
  #watched(watch: unknown): UserClaims['watch'] | typeof WRONG {
    if (watch === undefined) return undefined;
    if (watch === '*') return 'all';
    if (!Array.isArray(watch) || watch.length > MOST_WATCHED) return WRONG;
    const users = watch.map((id: unknown) => (typeof id === 'string' ? this.#userIds.parse(id) : undefined));
    const parsed = users.filter((id) => id !== undefined);
    return parsed.length === users.length ? parsed : WRONG;
  }
}

/** Users in the claim `watch`. */
const MOST_WATCHED = 500;
const WRONG = Symbol('wrong');
const WRONG_WATCH = new Denied(
  `the token is not valid: its watch must be a list of at most ${MOST_WATCHED} user ids, as strings, or "*"`,
);
const WRONG_META = new Denied('the token is not valid: its meta must be true or false');
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
