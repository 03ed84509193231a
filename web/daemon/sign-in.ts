import type { Api } from '../../src/client/api/index.js';
import { clientWith } from './client.js';

/** Where this browser may sign in, or why it cannot. */
export type WaysIn = Api.WaysIn;

export function waysIn(): Promise<WaysIn> {
  return clientWith(undefined).waysToSignIn();
}

/** Whether a cookie of the daemon would come back from this page. */
export function isPlaceToSignIn({ url }: WaysIn): boolean {
  return url !== null && new URL(url).origin === location.origin;
}

/** From then on a cookie, which no script can read, stands for the key. @throws HeartbeatRequestError */
export function signIn(key: string): Promise<void> {
  return clientWith(undefined).signIn(key);
}

/** @throws HeartbeatRequestError */
export function signOut(): Promise<void> {
  return clientWith(undefined).signOut();
}
