import { expect } from 'chai';
import type { Answer, GatewayUnderTest, Sent } from '../support/gateway-under-test.js';

/** Where people reach the daemon in these tests. */
export const HTTPS = 'https://heartbeat.example.org';

/** What a browser says of a request that a page of the daemon itself makes. */
export const OWN_PAGE = { 'sec-fetch-site': 'same-origin' } as const;

/** The part of `Set-Cookie` that a browser sends back. */
export function cookieIn({ headers }: Answer): string {
  const [pair = ''] = String(headers['set-cookie']).split(';');
  return pair;
}

/** Signs in as a page at this URL does. */
export function trySignIn(
  gateway: GatewayUnderTest,
  key: unknown,
  sent: Sent['headers'] = {},
): Promise<Answer> {
  const headers = { origin: HTTPS, ...OWN_PAGE, ...sent };
  return gateway.call('POST', '/session', { body: JSON.stringify({ key }), headers });
}

/** @returns the cookie */
export async function signIn(gateway: GatewayUnderTest, key: string): Promise<string> {
  const answer = await trySignIn(gateway, key);
  expect(answer.status, answer.text).to.equal(204);
  return cookieIn(answer);
}

/** A request of a page of the daemon itself, with its cookie. */
export function asPage(
  gateway: GatewayUnderTest,
  cookie: string,
  method: string,
  path: string,
  { headers, ...sent }: Sent = {},
): Promise<Answer> {
  return gateway.call(method, path, { ...sent, headers: { cookie, ...OWN_PAGE, ...headers } });
}
