/** Bytes of a path that fit into Linux's `sockaddr_un`, without the zero at its end (unix(7)). */
export const LONGEST_UNIX_PATH = 107;

const UNIX = /^unix:(\/.+)$/s;

/**
 * The path of a Unix socket that is written as `unix:/run/heartbeat/heartbeat.sock`; undefined for other
 * addresses, relative and abstract ones too: what they mean depends on who reads them.
 */
export function unixPathOf(address: string): string | undefined {
  return UNIX.exec(address)?.[1];
}
