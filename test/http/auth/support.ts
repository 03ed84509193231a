import { createHash, createSecretKey } from 'node:crypto';
import { SignJWT, type JWTPayload } from 'jose';
import type { KeyRule } from '../../../src/domain/access.js';
import type { AuthOptions } from '../../../src/http/security/credentials.js';
import type { Answer, GatewayUnderTest, Sent } from '../support/gateway-under-test.js';

/** The start of the gateways' simulated clocks, in Unix seconds. */
export const START = 1_700_000_000;

const SECRET = createSecretKey(Buffer.from('a secret of 32 bytes and of more!'));

/** The entry for this key. */
export function keyRule(text: string, rule: Partial<KeyRule> = {}): KeyRule {
  const hash = createHash('sha256').update(text).digest('hex');
  return { name: text, hash, scopes: ['heal'], ...rule };
}

export function authOf(...keys: readonly KeyRule[]): AuthOptions {
  return { keys, user_tokens: { algorithm: 'HS256', key: SECRET } };
}

/** A token, signed as by an app's server. */
export function token(
  claims: JWTPayload = { sub: '5', exp: START + 60 },
  key: Parameters<SignJWT['sign']>[0] = SECRET,
  alg = 'HS256',
): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg }).sign(key);
}

export function callWith(
  gateway: GatewayUnderTest,
  credential: string,
  method: string,
  path: string,
  sent: Sent = {},
): Promise<Answer> {
  return gateway.call(method, path, {
    ...sent,
    headers: { ...sent.headers, authorization: `Bearer ${credential}` },
  });
}
