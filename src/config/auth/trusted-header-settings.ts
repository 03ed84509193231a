import { createSecureContext } from 'node:tls';
import * as z from 'zod';
import type { SecretSetting } from '../../adapters/channels/kind.js';
import { parseRange } from '../../adapters/channels/http/ssrf-guard.js';
import type { Secret } from '../../adapters/channels/secret.js';
import type { GroupScopes } from '../../domain/access.js';
import { namesOf, readSettings, type SecretSources } from '../channels/secret-settings.js';
import type { SettingProblem, Settings } from '../setting-problems.js';
import { groupScopes } from './group-scopes.js';

/** In the form that the gateway takes. */
export interface ConfiguredTrustedHeader {
  readonly user: string;
  readonly groups?: string;
  readonly from: readonly string[];
  readonly secret?: { readonly header: string; readonly value: Secret };
  readonly clientCa?: string;
  readonly scopes: GroupScopes;
}

/** Others could guess a shorter one. */
const LEAST_BYTES = 32;
const SECRET: SecretSetting = {
  name: 'secret',
  required: false,
  inline: false,
  check: (text) => {
    if (Buffer.byteLength(text) < LEAST_BYTES) return `must have at least ${LEAST_BYTES} bytes`;
    return /^[!-~]+$/.test(text) ? undefined : 'must be visible ASCII without spaces: it is sent in a header';
  },
};

const NO_HEADER = 'must be the name of a header, such as x-auth-request-user';
const NO_RANGE = 'must be the address of the proxy or its network, such as 10.0.0.0/8, or a list of these';
/** Headers that have a meaning of their own. */
const TAKEN = ['authorization', 'cookie', 'host', 'origin', 'sec-fetch-site', 'x-forwarded-for'];

const header = z
  .string({ error: NO_HEADER })
  .regex(/^[\w!#$%&'*+.^`|~-]+$/, { error: NO_HEADER })
  .transform((name) => name.toLowerCase())
  .refine((name) => !TAKEN.includes(name), { error: 'has a meaning of its own: choose another header' });
const range = z
  .string({ error: NO_RANGE })
  .refine((text) => parseRange(text) !== undefined, { error: NO_RANGE });
const settings = z
  .strictObject({
    user: header,
    groups: header.optional(),
    from: z.union([range.transform((only) => [only]), z.array(range).min(1, { error: NO_RANGE })], {
      error: NO_RANGE,
    }),
    secret_header: header.optional(),
    client_ca_file: z.string({ error: 'must be the path of a file' }).optional(),
    scopes: groupScopes,
  })
  .refine(({ user, groups, secret_header }) => {
    const names = [user, groups, secret_header].filter((name) => name !== undefined);
    return new Set(names).size === names.length;
  }, 'must name different headers');
const KNOWN = ['user', 'groups', 'from', 'secret_header', ...namesOf(SECRET), 'client_ca_file', 'scopes'];
const NOTHING_SHOWN =
  'must have secret_header with secret_env or secret_file, or client_ca_file: by its address alone anything on that machine would be taken for the proxy';
const NOT_TOGETHER = 'must be given together: secret_header, and secret_env or secret_file';

export function readTrustedHeader(
  given: Settings,
  sources: SecretSources,
): { readonly made: ConfiguredTrustedHeader } | { readonly problems: readonly SettingProblem[] } {
  const read = readSettings(settings, [SECRET], KNOWN, given, sources);
  if ('problems' in read) return read;
  const { user, groups, from, secret_header: name, client_ca_file: file, scopes } = read.data;
  const { secret: value } = read.secrets;
  if ((name === undefined) !== (value === undefined))
    return { problems: [{ path: [], problem: NOT_TOGETHER }] };
  if (name === undefined && file === undefined) return { problems: [{ path: [], problem: NOTHING_SHOWN }] };
  const clientCa = file === undefined ? undefined : readAuthority(file, sources);
  if (clientCa !== undefined && 'problem' in clientCa)
    return { problems: [{ path: ['client_ca_file'], problem: clientCa.problem }] };
  return {
    made: {
      user,
      from,
      scopes,
      ...(groups !== undefined && { groups }),
      ...(name !== undefined && value !== undefined && { secret: { header: name, value } }),
      ...(clientCa !== undefined && { clientCa: clientCa.pem }),
    },
  };
}

function readAuthority(
  file: string,
  { readFile }: Pick<SecretSources, 'readFile'>,
): { readonly pem: string } | { readonly problem: string } {
  try {
    const pem = readFile(file);
    createSecureContext({ ca: pem });
    if (pem.includes('BEGIN CERTIFICATE')) return { pem };
  } catch {
    // As a file without one.
  }
  return { problem: `the file ${file} has no certificate in PEM` };
}

/** Without the secret. */
export function shownHeader({
  secret,
  clientCa,
  scopes,
  ...rest
}: ConfiguredTrustedHeader): Readonly<Record<string, unknown>> {
  return {
    ...rest,
    ...(secret !== undefined && { secret_header: secret.header, secret: '(secret)' }),
    ...(clientCa !== undefined && { client_ca: '(certificate)' }),
    scopes: Object.fromEntries(scopes),
  };
}
