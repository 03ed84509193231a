import { URL_VARIABLE, type Environment } from '../config/environment.js';
import type { Effective } from '../config/load-config.js';
import { isHttp } from './given.js';

/** Addresses of every interface, and one by which this machine reaches itself. */
const EVERY_INTERFACE: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/** The URL of the daemon from the flag `--url`, else from the environment; undefined if neither has one. */
export function givenUrl(flag: string | undefined, env: Environment): string | undefined {
  return flag ?? env[URL_VARIABLE];
}

/** What is wrong with the URL of a command that cannot do without, or nothing. */
export function urlProblems(url: string | undefined): readonly string[] {
  if (url === undefined) return [`--url or ${URL_VARIABLE} must be the address of the daemon`];
  return isHttp(url) ? [] : [`--url must be an http:// or https:// address, not '${url}'`];
}

/** Where the daemon of this configuration listens; undefined if it picks a free port. */
export function urlOf({ config, tls }: Pick<Effective, 'config' | 'tls'>): string | undefined {
  const { host: named, port } = config;
  if (port === 0) return undefined;
  const host = EVERY_INTERFACE[named] ?? named;
  return `${tls === undefined ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
