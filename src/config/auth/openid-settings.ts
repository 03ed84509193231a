import * as z from 'zod';
import type { SecretSetting } from '../../adapters/channels/kind.js';
import type { Secret } from '../../adapters/channels/secret.js';
import type { GroupScopes } from '../../domain/access.js';
import { isPrivateUrl } from '../../domain/loopback.js';
import type { OpenIdSettings } from '../../ports/identity-provider.js';
import { namesOf, readSettings, type SecretSources } from '../channels/secret-settings.js';
import type { SettingProblem, Settings } from '../setting-problems.js';
import { groupScopes } from './group-scopes.js';

/** The provider, and what its groups may do. */
export interface ConfiguredOpenId extends OpenIdSettings {
  readonly clientSecret: Secret | undefined;
  readonly scopes: GroupScopes;
}

const SECRET: SecretSetting = { name: 'client_secret', required: false, inline: false };
const NO_ISSUER =
  'must be the https URL of the provider, as it names itself, such as https://login.example.org (http on loopback alone)';

const text = z.string({ error: 'must be a text' }).min(1, { error: 'must be a text' });
const settings = z.strictObject({
  issuer: z.string({ error: NO_ISSUER }).refine(isIssuer, { error: NO_ISSUER }),
  client_id: text,
  name: text.max(64, { error: 'must have at most 64 characters' }).optional(),
  scope: text.regex(/^openid\b/, { error: 'must begin with openid' }).default('openid profile'),
  name_claim: text.default('preferred_username'),
  groups_claim: text.default('groups'),
  scopes: groupScopes,
});
const KNOWN = [...Object.keys(settings.shape), ...namesOf(SECRET)];

function isIssuer(issuer: string): boolean {
  if (!URL.canParse(issuer)) return false;
  const url = new URL(issuer);
  return url.search === '' && url.hash === '' && url.username === '' && isPrivateUrl(url);
}

export function readOpenId(
  given: Settings,
  sources: SecretSources,
): { readonly made: ConfiguredOpenId } | { readonly problems: readonly SettingProblem[] } {
  const read = readSettings(settings, [SECRET], KNOWN, given, sources);
  if ('problems' in read) return read;
  const { secrets } = read;
  const { issuer, client_id, name, scope, name_claim, groups_claim, scopes } = read.data;
  return {
    made: {
      issuer,
      name: name ?? new URL(issuer).host,
      clientId: client_id,
      clientSecret: secrets[SECRET.name],
      scope,
      nameClaim: name_claim,
      groupsClaim: groups_claim,
      scopes,
    },
  };
}

/** Without the secret. */
export function shownOpenId({
  clientSecret,
  clientId,
  nameClaim,
  groupsClaim,
  scopes,
  ...rest
}: ConfiguredOpenId): Readonly<Record<string, unknown>> {
  return {
    ...rest,
    client_id: clientId,
    ...(clientSecret !== undefined && { client_secret: '(secret)' }),
    name_claim: nameClaim,
    groups_claim: groupsClaim,
    scopes: Object.fromEntries(scopes),
  };
}
