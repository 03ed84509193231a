import type { Server } from 'node:net';
import { HeartbeatError } from '../../errors.js';

/** After a daemon was away, all clients come back at once. The system may allow fewer. */
export const BACKLOG = 4096;

/**
 * Listens, or fails with the reason.
 *
 * @returns the URL, with the port that was picked
 * @throws HeartbeatError `HEARTBEAT_PORT_IN_USE` or `HEARTBEAT_LISTEN_FAILED`
 */
export function listen(
  server: Server,
  scheme: 'http' | 'https',
  host: string,
  port: number,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void => {
      server.off('listening', listening);
      reject(explain(error, urlHost(host), port));
    };
    const listening = (): void => {
      server.off('error', failed);
      const address = server.address();
      const picked = typeof address === 'object' && address !== null ? address.port : port;
      resolve(`${scheme}://${urlHost(host)}:${picked}`);
    };
    server.once('error', failed).once('listening', listening);
    server.listen({ host, port, backlog: BACKLOG });
  });
}

/** The address that reaches what listens there from this machine. */
export function localUrlOf(url: string): string {
  return url.replace('://0.0.0.0:', '://127.0.0.1:').replace('://[::]:', '://[::1]:');
}

function urlHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

function explain(cause: NodeJS.ErrnoException, host: string, port: number): HeartbeatError {
  const where = `${host}:${port}`;
  const failed = (why: string): HeartbeatError =>
    new HeartbeatError('HEARTBEAT_LISTEN_FAILED', `cannot listen on ${where}: ${why}`, { cause });
  switch (cause.code ?? '') {
    case 'EADDRINUSE':
      return new HeartbeatError(
        'HEARTBEAT_PORT_IN_USE',
        `${where} is already in use: stop the program that listens there, or choose another port with --port`,
        { cause },
      );
    case 'EACCES':
    case 'EPERM':
      return failed('not allowed; ports below 1024 need a privilege, choose another one with --port');
    case 'EADDRNOTAVAIL':
      return failed('this machine has no such address, choose another one with --host');
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return failed('the host name cannot be resolved, choose another one with --host');
    default:
      return failed(cause.message);
  }
}
