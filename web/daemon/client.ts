import { createClient, type HeartbeatClient, type Retry } from '../../src/client/api/index.js';

const TIMEOUT = 10;

/** The page may be served under a path of a proxy. Calls are not repeated: the page itself tries again, and says so. */
export function clientWith(key: string | undefined, onRetry?: (retry: Retry) => void): HeartbeatClient {
  const url = new URL('.', location.href);
  url.search = '';
  url.hash = '';
  return createClient({ url, retries: 0, timeout: TIMEOUT, onRetry, ...(key !== undefined && { key }) });
}
