import { Pool } from 'undici';
import type { Fetch } from '../../client/api/fetch.js';
import { type Seconds, toMillis } from '../../domain/time.js';

/** A `fetch` for one daemon. */
export interface PooledFetch {
  readonly fetch: Fetch;
  /** Closes its connections. */
  close(): Promise<void>;
}

/**
 * A `fetch` for many small requests to one daemon: the global one takes several times as long for each, and would
 * measure itself. It keeps this many connections alive, with one request at a time on each; others wait.
 *
 * @param timeout for a connection, and for each part of an answer
 */
export function pooledFetch(url: string, connections: number, timeout: Seconds): PooledFetch {
  const { origin } = new URL(url);
  const timeoutMs = toMillis(timeout);
  const pool = new Pool(origin, {
    connections,
    pipelining: 1,
    connectTimeout: timeoutMs,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  });
  return {
    // Its own limits make the signal needless, which costs as much as the rest of a call.
    fetch: async (target, { method, headers, body }) => {
      const path = target.slice(origin.length);
      const answer = await pool.request({ method, path, headers, body: body ?? null });
      return {
        status: answer.statusCode,
        headers: { get: (name) => textOf(answer.headers[name]) },
        body: null,
        text: () => answer.body.text(),
      };
    },
    close: () => pool.close(),
  };
}

function textOf(header: string | string[] | undefined): string | null {
  return (Array.isArray(header) ? header[0] : header) ?? null;
}
