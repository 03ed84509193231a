import type { Environment } from './environment.js';
import type { LinkTarget } from './link.js';

/**
 * Ends a device. A beacon could carry no token.
 *
 * @param keepalive the request outlives the page
 */
export async function goodbyeByHttp(
  env: Environment,
  { url, user, token }: LinkTarget,
  device: string,
  keepalive: boolean,
): Promise<void> {
  if (user === undefined) return;
  const headers: Record<string, string> = {};
  if (token !== undefined) headers.authorization = `Bearer ${token}`;
  try {
    const path = `/heal/${encodeURIComponent(user)}?device=${device}`;
    await env.fetch(url + path, { method: 'DELETE', headers, keepalive });
  } catch {
    // Its time will be over soon.
  }
}
