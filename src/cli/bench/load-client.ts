import { REAL } from '../../client/api/client-environment.js';
import { settingsOf } from '../../client/api/client-options.js';
import { HeartbeatClient } from '../../client/api/heartbeat-client.js';
import type { Seconds } from '../../domain/time.js';
import { pooledFetch, type PooledFetch } from './pooled-fetch.js';

export interface LoadClientOptions {
  readonly key?: string;
  /** The most connections. Each is kept alive and carries one request at a time; other calls wait. Default 10. */
  readonly connections?: number;
  /** How long to wait for a connection, and for each part of an answer. Default 10 s. */
  readonly timeout?: Seconds;
}

/** The client of a load generator: no call is repeated, and connections are limited. */
export class LoadClient extends HeartbeatClient {
  readonly #pooled: PooledFetch;

  constructor(url: string, { key, connections = 10, timeout = 10 }: LoadClientOptions = {}) {
    const pooled = pooledFetch(url, connections, timeout);
    super(settingsOf({ url, key, timeout, retries: 0, fetch: pooled.fetch }), REAL, String);
    this.#pooled = pooled;
  }

  override async close(): Promise<void> {
    await super.close();
    await this.#pooled.close();
  }
}
