import { isRecord } from '../../domain/is-record.js';
import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import type { Environment } from '../../config/client-variables.js';
import { whyUnreadable } from '../../config/named-files.js';

/** A daemon, and the key for it. */
export interface Profile {
  readonly url: string;
  readonly key?: string;
}

/** The profile file is wrong. The message says what to do. */
export class WrongProfile extends Error {
  override readonly name = 'WrongProfile';
}

/** The profile that is used unless another one is named. */
export const DEFAULT_PROFILE = 'default';

/** Everybody but its owner. */
const OTHERS = 0o077;

/** The path of the file, by the XDG Base Directory Specification: a relative `XDG_CONFIG_HOME` does not count. */
export function profilePath({ XDG_CONFIG_HOME: given, HOME: home }: Environment): string {
  const directory =
    given !== undefined && path.isAbsolute(given) ? given : path.join(home ?? homedir(), '.config');
  return path.join(directory, 'heartbeat', 'profiles.yaml');
}

/**
 * The profiles by name; none if there is no file.
 *
 * @throws WrongProfile
 */
export async function readProfiles(env: Environment): Promise<ReadonlyMap<string, Profile>> {
  const file = profilePath(env);
  const text = await textOf(file);
  if (text === undefined) return new Map();
  const { parseYaml } = await import('./yaml-text.js');
  let root: unknown;
  try {
    root = parseYaml(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new WrongProfile(`${file}: ${why}`, { cause });
  }
  if (!isRecord(root))
    throw new WrongProfile(`${file}: must be a map of profiles, such as default: { url: … }`);
  return new Map(Object.entries(root).map(([name, entry]) => [name, profileIn(`${file}: ${name}`, entry)]));
}

/** Undefined if there is no file. A key in a file that others may read is no secret any more. */
async function textOf(file: string): Promise<string | undefined> {
  try {
    const { mode, uid } = await stat(file);
    if (process.getuid !== undefined) {
      if ((mode & OTHERS) !== 0)
        throw new WrongProfile(`${file}: others may read it (mode ${octal(mode)}): run chmod 600 ${file}`);
      if (uid !== process.getuid() && uid !== 0)
        throw new WrongProfile(`${file}: belongs to another user: make one of your own`);
    }
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof WrongProfile) throw error;
    const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new WrongProfile(`${file}: cannot be read: ${whyUnreadable(error)}`);
  }
}

function octal(mode: number): string {
  return (mode & 0o777).toString(8);
}

function profileIn(place: string, entry: unknown): Profile {
  if (!isRecord(entry)) throw new WrongProfile(`${place}: must be a map with url and key`);
  const { url, key, ...others } = entry;
  if (Object.keys(others).length > 0)
    throw new WrongProfile(`${place}: has an unknown field: there are url and key`);
  if (typeof url !== 'string') throw new WrongProfile(`${place}: url must be the address of a daemon`);
  if (key !== undefined && typeof key !== 'string') throw new WrongProfile(`${place}: key must be a text`);
  return { url, ...(key !== undefined && { key }) };
}
