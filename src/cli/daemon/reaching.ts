import type { Fetch, FetchAnswer, FetchRequest } from '../../client/api/fetch.js';
import { unixPathOf } from '../../domain/unix-address.js';

/** How a client reaches a daemon. */
export interface Reaching {
  /** With `http:` or `https:`. */
  readonly url: string;
  /** Undefined: the usual one. */
  readonly fetch: Fetch | undefined;
}

/** @param url of a daemon; `unix:/run/heartbeat/heartbeat.sock` for one that listens on a Unix socket */
export function reaching(url: string): Reaching {
  const path = unixPathOf(url);
  return path === undefined ? { url, fetch: undefined } : { url: 'http://localhost', fetch: fetchOver(path) };
}

/** Node's own `fetch` takes no agent of another version. */
function fetchOver(socketPath: string): Fetch {
  const loading = import('undici').then(({ Agent, fetch }) => {
    const dispatcher = new Agent({ connect: { socketPath } });
    return { fetch, dispatcher };
  });
  const carry = async (url: string, request: FetchRequest): Promise<FetchAnswer> => {
    const { fetch, dispatcher } = await loading;
    return fetch(url, { ...request, dispatcher });
  };
  return Object.assign(carry, { address: `unix:${socketPath}` });
}
