import type { Cancel, Environment } from './environment.js';
import { HeartbeatClientError } from './types.js';

export type TokenSource = () => string | Promise<string>;

/** How long the app may take for a token. */
const TOKEN_WITHIN = 30_000;

/** @throws HeartbeatClientError if the app gives none */
export async function askForToken(
  env: Environment,
  source: TokenSource | undefined,
): Promise<string | undefined> {
  if (source === undefined) return undefined;
  let cancel: Cancel | undefined;
  const late = new Promise((resolve) => (cancel = env.after(TOKEN_WITHIN, () => resolve(undefined))));
  let cause: unknown;
  try {
    // An app without types may give anything.
    const token = await Promise.race([source(), late]);
    if (typeof token === 'string' && token !== '') return token;
  } catch (error) {
    cause = error;
  } finally {
    cancel?.();
  }
  throw new HeartbeatClientError('HEARTBEAT_CLIENT_NO_TOKEN', 'token() gave no token', 0, { cause });
}
