import { randomBytes } from 'node:crypto';
import { lstatSync, unlinkSync } from 'node:fs';
import { link, lstat, unlink } from 'node:fs/promises';
import { connect, type Server } from 'node:net';
import { LONGEST_UNIX_PATH } from '../../domain/unix-address.js';
import { HeartbeatError } from '../../errors.js';
import { BACKLOG } from './listen.js';

/** Bytes in the name under which a socket is made. */
const RANDOM_BYTES = 4;
/** In bytes, without those of that name. */
const LONGEST_PATH = LONGEST_UNIX_PATH - 1 - 2 * RANDOM_BYTES;
const EVERY_RIGHT = 0o777;

/**
 * Listens on a Unix socket. One that a dead daemon left is replaced.
 *
 * It is made under another name, and gets its own by a link: Node removes what it has bound when the server closes, and
 * that may be the socket of another daemon by then.
 *
 * @param mode the access mode of the socket
 * @returns the address, `unix:/run/heartbeat/heartbeat.sock`
 * @throws HeartbeatError `HEARTBEAT_PORT_IN_USE` or `HEARTBEAT_LISTEN_FAILED`
 */
export async function listenOnUnixSocket(server: Server, path: string, mode: number): Promise<string> {
  if (Buffer.byteLength(path) > LONGEST_PATH)
    throw failed(path, `the path of a Unix socket has at most ${LONGEST_PATH} bytes here`);
  const made = `${path}.${randomBytes(RANDOM_BYTES).toString('hex')}`;
  try {
    await bind(server, made, mode);
    const { ino } = await lstat(made);
    server.once('close', () => removeOwn(path, ino));
    if (!(await isLinked(made, path))) {
      await removeStale(path);
      if (!(await isLinked(made, path))) throw inUse(path);
    }
    await unlink(made);
  } catch (error) {
    server.close();
    throw error instanceof HeartbeatError ? error : explain(error, path);
  }
  return `unix:${path}`;
}

function bind(server: Server, path: string, mode: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const failedTo = (error: NodeJS.ErrnoException): void => {
      server.off('listening', listening);
      reject(error);
    };
    const listening = (): void => {
      server.off('error', failedTo);
      resolve();
    };
    server.once('error', failedTo).once('listening', listening);
    // The file is made in this call, and has its mode from the beginning. The umask is that of
    // the process: a file that LevelDB makes in the same microseconds has this mode, too.
    const before = process.umask(EVERY_RIGHT & ~mode);
    try {
      server.listen({ path, backlog: BACKLOG });
    } finally {
      process.umask(before);
    }
  });
}

/** Gives a file a second name. @returns false if there is a file of that name */
async function isLinked(made: string, path: string): Promise<boolean> {
  try {
    await link(made, path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Removes the socket that was made here, and not one that has replaced it. */
function removeOwn(path: string, ino: number): void {
  try {
    if (lstatSync(path).ino === ino) unlinkSync(path);
  } catch {
    // It is gone.
  }
}

/** Removes a socket on which nobody listens. */
async function removeStale(path: string): Promise<void> {
  const found = await lstat(path);
  if (!found.isSocket()) throw failed(path, 'there is a file that is no socket');
  if (await isAnswered(path)) throw inUse(path);
  // Another daemon may have replaced it meanwhile.
  if ((await lstat(path)).ino !== found.ino) throw inUse(path);
  await unlink(path);
}

/** Only a socket that nobody holds refuses. One whose backlog is full, or that others may not open, is in use. */
function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path);
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'ECONNREFUSED'));
  });
}

function inUse(path: string): HeartbeatError {
  return new HeartbeatError(
    'HEARTBEAT_PORT_IN_USE',
    `unix:${path} is already in use: stop the program that listens there, or choose another path with --host`,
  );
}

function failed(path: string, why: string, cause?: unknown): HeartbeatError {
  return new HeartbeatError('HEARTBEAT_LISTEN_FAILED', `cannot listen on unix:${path}: ${why}`, { cause });
}

function explain(cause: unknown, path: string): HeartbeatError {
  const code: unknown = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  switch (code) {
    // libuv says so of a missing directory, too.
    case 'EACCES':
    case 'EPERM':
      return failed(path, 'its directory is missing, or the daemon may not write there', cause);
    default:
      return failed(path, cause instanceof Error ? cause.message : String(cause), cause);
  }
}
