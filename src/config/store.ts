import { resolve } from 'node:path';
import * as z from 'zod';
import { InvalidPostgresUrl, parsePostgresUrl, shownUrl } from '../adapters/postgres/postgres-url.js';
import { parseStoreLocation, type StoreLocation } from '../adapters/store-location.js';
import { readCertificates } from './channels/certificates.js';
import { readSecrets, type SecretSources } from './channels/secret-settings.js';
import type { Given } from './value-source.js';

/** The value of `store` for LevelDB in `data_dir`. */
export const LEVELDB = 'leveldb';

/** The options that say where histories are. */
export const STORE_OPTIONS = ['store', 'store_ca_file', 'store_password_env', 'store_password_file'] as const;

const storeSettings = z.object({
  data_dir: z.string(),
  store: z.string(),
  store_ca_file: z.string().nullable(),
  store_password_env: z.string().nullable(),
  store_password_file: z.string().nullable(),
});
export type StoreSettings = Readonly<z.output<typeof storeSettings>>;

interface StoreProblem {
  readonly option: string;
  readonly problem: string;
}

/** The settings as they are in force; undefined if one of them is of a wrong kind, which is a problem of its own. */
export function storeSettingsIn(inForce: ReadonlyMap<string, Given>): StoreSettings | undefined {
  const values = ['data_dir', ...STORE_OPTIONS].map((key) => {
    const given = inForce.get(key);
    return [key, given?.option.type.safeParse(given.value).data];
  });
  return storeSettings.safeParse(Object.fromEntries(values)).data;
}

/** Where histories are stored, or every reason why the settings do not say it. */
export function readStore(
  settings: StoreSettings,
  { env, readFile, cwd }: SecretSources & { readonly cwd: string },
): { readonly location: StoreLocation } | { readonly problems: readonly StoreProblem[] } {
  const { store, store_ca_file: caFile } = settings;
  if (store === LEVELDB) {
    const unused = STORE_OPTIONS.filter((name) => name !== 'store' && settings[name] !== null);
    if (unused.length > 0)
      return {
        problems: unused.map((option) => ({
          option,
          problem: 'is only for a database: set store to its URL',
        })),
      };
    return { location: { kind: 'leveldb', directory: settings.data_dir } };
  }
  const read = (path: string): string => readFile(resolve(cwd, path));
  const { secrets, problems: unread } = readSecrets(
    [{ name: 'store_password', required: false, inline: false }],
    {
      store_password_env: settings.store_password_env ?? undefined,
      store_password_file: settings.store_password_file ?? undefined,
    },
    { env, readFile: read },
  );
  const problems: StoreProblem[] = unread.map(({ path, problem }) => ({ option: path.join('.'), problem }));
  const { ca, problem: uncertain } = readCertificates(caFile ?? undefined, { encrypts: true }, read);
  if (uncertain !== undefined) problems.push({ option: 'store_ca_file', problem: uncertain });
  const location = located(store, problems);
  if (location?.kind !== 'postgres' || problems.length > 0) return { problems };
  const { address } = location;
  const { store_password: password } = secrets;
  if (address.password !== undefined && password !== undefined)
    problems.push({ option: 'store', problem: 'must not have a password: another option gives one' });
  if (address.sslMode === 'disable' && ca !== undefined)
    problems.push({
      option: 'store_ca_file',
      problem: 'has no use without encryption: set sslmode in store',
    });
  if (problems.length > 0) return { problems };
  return {
    location: { kind: 'postgres', address: { ...address, password: password ?? address.password, ca } },
  };
}

function located(store: string, problems: StoreProblem[]): StoreLocation | undefined {
  try {
    return parseStoreLocation(store);
  } catch (error) {
    if (!(error instanceof InvalidPostgresUrl)) throw error;
    problems.push(...error.problems.map((problem) => ({ option: 'store', problem })));
    return undefined;
  }
}

/** Without the password. */
export function shownStore(store: string): string {
  if (store === LEVELDB) return store;
  try {
    const address = parsePostgresUrl(store);
    return `${shownUrl(address)}?sslmode=${address.sslMode ?? 'disable'}`;
  } catch {
    return '(secret)';
  }
}

/** Whether the URL itself has a password. */
export function hasPassword(store: string): boolean {
  return store !== LEVELDB && parsePostgresUrl(store).password !== undefined;
}
