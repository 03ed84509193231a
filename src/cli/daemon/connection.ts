import { KEY_VARIABLE, URL_VARIABLE, type Environment } from '../../config/client-variables.js';
import { configuredAddress } from './configured-address.js';
import { givenUrl, urlOf } from './daemon-url.js';
import { DEFAULT_PROFILE, profilePath, readProfiles, WrongProfile, type Profile } from './profile.js';

/** Where a daemon is, and the key for it. */
export interface Connection {
  /** Undefined: nothing names a daemon, and that of the configuration picks a free port. It is not checked. */
  readonly url: string | undefined;
  readonly key: string | undefined;
}

/** The options that choose a daemon. */
export interface GivenConnection {
  readonly url?: string | undefined;
  readonly profile?: string | undefined;
}

/** The flags and texts of the options. */
export const CONNECTION_OPTIONS = [
  [
    '--url <url>',
    `the daemon (${URL_VARIABLE}; default: the profile "${DEFAULT_PROFILE}", else host and port of the configuration)`,
  ],
  ['--profile <name>', 'a daemon and its key in the profile file'],
] as const;

/**
 * Finds the daemon: by `--url`, by `--profile`, by the environment, by the profile `default`, and at last where the
 * daemon of the same configuration listens. A key of a profile goes to the address of that profile and to no other.
 *
 * @param configured where the daemon of the configuration listens
 * @throws WrongProfile
 */
export async function connectionOf(
  { url: flag, profile: name }: GivenConnection,
  env: Environment,
  configured: () => string | undefined | Promise<string | undefined> = async () =>
    urlOf(await configuredAddress(env)),
): Promise<Connection> {
  const given = givenUrl(flag, env);
  const key = env[KEY_VARIABLE] === '' ? undefined : env[KEY_VARIABLE];
  if (name === undefined && given !== undefined && key !== undefined) return { url: given, key };
  const profiles = await readProfiles(env);
  if (name !== undefined) return named(name, profiles, env);
  const profile = profiles.get(DEFAULT_PROFILE);
  if (given !== undefined) return { url: given, key: keyFor(given, profiles) };
  if (profile !== undefined) return { url: profile.url, key: key ?? profile.key };
  return { url: await configured(), key };
}

function named(name: string, profiles: ReadonlyMap<string, Profile>, env: Environment): Connection {
  const profile = profiles.get(name);
  if (profile !== undefined) return { url: profile.url, key: profile.key };
  const names = profiles.size === 0 ? 'none' : [...profiles.keys()].join(', ');
  throw new WrongProfile(`${profilePath(env)} has no profile ${name}: there are ${names}`);
}

/** The key of a profile with the same address. */
function keyFor(url: string, profiles: ReadonlyMap<string, Profile>): string | undefined {
  return [...profiles.values()].find((profile) => withoutSlash(profile.url) === withoutSlash(url))?.key;
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
