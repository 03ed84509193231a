import type { Environment } from './environment.js';
import { HeartbeatClientError } from './types.js';
import { within } from './within.js';
import { TOKEN_WITHIN } from './limits.js';

export type TokenSource = () => string | Promise<string>;

/** @throws HeartbeatClientError if the app gives none */
export async function askForToken(
  env: Environment,
  source: TokenSource | undefined,
): Promise<string | undefined> {
  if (!source) return undefined;
  let cause: unknown;
  try {
    // An app without types may give anything.
    const token: unknown = await within(env, TOKEN_WITHIN, Promise.resolve(source()));
    if (token && typeof token === 'string') return token;
  } catch (error) {
    cause = error;
  }
  throw new HeartbeatClientError('HEARTBEAT_CLIENT_NO_TOKEN', 'token() gave no token', 0, { cause });
}
