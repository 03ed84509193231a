import type { Api, HeartbeatClient } from '../../src/client/api/index.js';
import { clientWith } from './client.js';
import { Live } from './live.js';

/** Where a key is kept: this tab's session storage, which ends with the tab. */
const PLACE = 'heartbeat.key';

/** A daemon with the key of this tab. */
export interface Session {
  readonly client: HeartbeatClient;
  readonly live: Live;
  readonly caller: Api.Caller;
  /** Whether the key may change things. Without keys everybody may. */
  readonly mayChange: boolean;
  readonly hasKey: boolean;
}

export function keptKey(): string | undefined {
  try {
    return sessionStorage.getItem(PLACE) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Where the browser has no storage, the key is forgotten with the page. */
export function keepKey(key: string): void {
  try {
    sessionStorage.setItem(PLACE, key);
  } catch {
    // It still works until the page is closed.
  }
}

export function forgetKey(): void {
  try {
    sessionStorage.removeItem(PLACE);
  } catch {
    // There was none.
  }
}

/** @throws HeartbeatRequestError */
export async function sessionWith(key: string | undefined): Promise<Session> {
  const client = clientWith(key);
  const caller = await client.whoami();
  return {
    client,
    live: new Live(key),
    caller,
    mayChange: caller.scopes.includes('admin'),
    hasKey: key !== undefined,
  };
}
