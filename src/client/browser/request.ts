import type { Environment, HttpAnswer, HttpRequest } from './environment.js';
import type { SentDevice } from './transport.js';

/** Where requests go. */
export interface Daemon {
  /** Without a slash at the end. */
  readonly url: string;
  readonly token: string | undefined;
}

export function request(
  env: Environment,
  { url, token }: Daemon,
  path: string,
  options: Omit<HttpRequest, 'headers'>,
): Promise<HttpAnswer> {
  const headers: Record<string, string> = {};
  if (token) headers.authorization = `Bearer ${token}`;
  if (options.body) headers['content-type'] = 'application/json';
  return env.fetch(url + path, { ...options, headers });
}

export function pathOf({ id, device }: SentDevice): string {
  return `/heal/${encodeURIComponent(id)}?device=${device}`;
}
