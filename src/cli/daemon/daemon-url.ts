import { URL_VARIABLE, type Environment } from '../../config/client-variables.js';
import { LONGEST_UNIX_PATH, unixPathOf } from '../../domain/unix-address.js';
import { isHttp } from '../option-values.js';

/** Addresses of every interface, and one by which this machine reaches itself. */
const EVERY_INTERFACE: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/** Where a daemon listens, by its configuration. */
export interface Listening {
  readonly host: string;
  readonly port: number;
  readonly isTls: boolean;
}

/** The URL of the daemon from the flag `--url`, else from the environment; undefined if neither has one. */
export function givenUrl(flag: string | undefined, env: Environment): string | undefined {
  return flag ?? env[URL_VARIABLE];
}

/** What is wrong with the URL of a command that cannot do without, or nothing. */
export function urlProblems(url: string | undefined): readonly string[] {
  if (url === undefined) return [`port is 0: name the daemon with --url or ${URL_VARIABLE}`];
  if (isHttp(url)) return [];
  const path = unixPathOf(url);
  if (path !== undefined) {
    const isTooLong = Buffer.byteLength(path) > LONGEST_UNIX_PATH;
    return isTooLong ? [`the path of a Unix socket has at most ${LONGEST_UNIX_PATH} bytes: ${url}`] : [];
  }
  return [
    `--url must be an http:// or https:// address, or unix: and the absolute path of a socket, not '${url}'`,
  ];
}

/** The URL at which this machine reaches it; undefined if it picks a free port. */
export function urlOf({ host: named, port, isTls }: Listening): string | undefined {
  if (unixPathOf(named) !== undefined) return named;
  if (port === 0) return undefined;
  const host = EVERY_INTERFACE[named] ?? named;
  return `${isTls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
