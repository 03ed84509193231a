import type * as z from 'zod';
import type { SecretSetting, Secrets } from '../../adapters/channels/kind.js';
import { Secret } from '../../adapters/channels/secret.js';
import { whyUnreadable } from '../named-files.js';
import { problemsOf, type SettingProblem, type Settings } from '../setting-problems.js';

/** The sources of secrets. */
export interface SecretSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** @throws the system's error if the file cannot be read */
  readonly readFile: (path: string) => string;
}

/** The setting's names: the value itself, or with `_env` or `_file` where it is found. */
export function namesOf({ name, inline }: SecretSetting): string[] {
  return [...(inline ? [name] : []), `${name}_env`, `${name}_file`];
}

/** Reads each secret from its source. No problem that is reported shows it. */
export function readSecrets(
  settings: readonly SecretSetting[],
  given: Readonly<Record<string, unknown>>,
  sources: SecretSources,
): { readonly secrets: Secrets; readonly problems: readonly SettingProblem[] } {
  const problems: SettingProblem[] = [];
  const secrets: Record<string, Secret | undefined> = {};
  for (const setting of settings) {
    const { name, required, inline, check } = setting;
    const ways = namesOf(setting).filter((way) => given[way] !== undefined);
    const [way] = ways;
    if (!inline && given[name] !== undefined) {
      const problem = `must not be in this file: use ${name}_env or ${name}_file`;
      problems.push({ path: [name], problem });
    } else if (way === undefined) {
      if (required) problems.push({ path: [name], problem: missing(setting) });
    } else if (ways.length > 1) {
      problems.push({ path: [way], problem: `must be set only once, not as ${ways.join(' and ')}` });
    } else {
      const read = readOne(name, way, given[way], sources);
      const wrong = 'problem' in read ? read.problem : check?.(read.text);
      if (wrong !== undefined) problems.push({ path: [way], problem: wrong });
      else if ('text' in read) secrets[name] = new Secret(read.text);
    }
  }
  return { secrets, problems };
}

/**
 * Reads a section: its settings by a schema, and its secrets.
 *
 * @param known the names of all its settings, for advice
 */
export function readSettings<Schema extends z.ZodType>(
  schema: Schema,
  secrets: readonly SecretSetting[],
  known: readonly string[],
  given: Settings,
  sources: SecretSources,
):
  | { readonly data: z.output<Schema>; readonly secrets: Secrets }
  | { readonly problems: readonly SettingProblem[] } {
  // Includes those in plain text, which are refused with advice.
  const ofSecrets = secrets.flatMap((setting) => [setting.name, ...namesOf(setting)]);
  const own = Object.fromEntries(Object.entries(given).filter(([key]) => !ofSecrets.includes(key)));
  const parsed = schema.safeParse(own);
  const read = readSecrets(secrets, given, sources);
  if (!parsed.success) return { problems: [...problemsOf(parsed.error, known), ...read.problems] };
  return read.problems.length > 0
    ? { problems: read.problems }
    : { data: parsed.data, secrets: read.secrets };
}

function missing(setting: SecretSetting): string {
  const [first, ...others] = namesOf(setting);
  return `is required: set ${[first, ...others].join(' or ')}`;
}

function readOne(
  name: string,
  way: string,
  value: unknown,
  { env, readFile }: SecretSources,
): { readonly text: string } | { readonly problem: string } {
  if (typeof value !== 'string' || value === '') return { problem: 'must be a text' };
  if (way === name) return { text: value };
  if (way.endsWith('_env')) {
    const text = env[value];
    return text === undefined || text === '' ? { problem: `the variable ${value} is not set` } : { text };
  }
  try {
    const text = readFile(value).trimEnd();
    return text === '' ? { problem: `the file ${value} is empty` } : { text };
  } catch (error) {
    return { problem: `the file ${value} cannot be read: ${whyUnreadable(error)}` };
  }
}
