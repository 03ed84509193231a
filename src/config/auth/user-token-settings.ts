import { createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';
import * as z from 'zod';
import type { SecretSetting } from '../../adapters/channels/kind.js';
import { namesOf, readSettings, type SecretSources } from '../channels/secret-settings.js';
import type { SettingProblem, Settings } from '../setting-problems.js';

/** In the form that the gateway takes. */
export interface ConfiguredUserTokens {
  readonly algorithm: 'HS256' | 'RS256' | 'ES256';
  readonly key: KeyObject;
  readonly issuer?: string;
  readonly audience?: string;
}

/** RFC 7518 requires as many bytes for HS256 as its hash has. */
const LEAST_BYTES = 32;

const SECRETS: readonly SecretSetting[] = [
  {
    name: 'secret',
    required: false,
    inline: false,
    check: (text) =>
      Buffer.byteLength(text) < LEAST_BYTES ? `must have at least ${LEAST_BYTES} bytes` : undefined,
  },
  {
    name: 'public_key',
    required: false,
    inline: false,
    check: (text) => (signing(text) === undefined ? NO_KEY : undefined),
  },
];
const NO_KEY = 'must be a public key in PEM, of RSA (2048 bits or more) for RS256, or of P-256 for ES256';
const NEITHER = 'must hold secret_env or secret_file for HS256, or public_key_file for RS256 and ES256';

const text = z.string({ error: 'must be a text' }).min(1, { error: 'must be a text' });
const settings = z.strictObject({ issuer: text.optional(), audience: text.optional() });
const KNOWN = [...Object.keys(settings.shape), ...SECRETS.flatMap(namesOf)];

export function readUserTokens(
  given: Settings,
  sources: SecretSources,
): { readonly made: ConfiguredUserTokens } | { readonly problems: readonly SettingProblem[] } {
  const read = readSettings(settings, SECRETS, KNOWN, given, sources);
  if ('problems' in read) return read;
  const { secret: shared, public_key: published } = read.secrets;
  if ((shared === undefined) === (published === undefined)) {
    return { problems: [{ path: [], problem: shared === undefined ? NEITHER : `${NEITHER}, and not both` }] };
  }
  const signed =
    shared === undefined
      ? signing(published?.reveal() ?? '')
      : { algorithm: 'HS256' as const, key: createSecretKey(Buffer.from(shared.reveal())) };
  if (signed === undefined) return { problems: [{ path: ['public_key'], problem: NO_KEY }] };
  const { issuer, audience } = read.data;
  return {
    made: {
      ...signed,
      ...(issuer !== undefined && { issuer }),
      ...(audience !== undefined && { audience }),
    },
  };
}

/** Without the key. */
export function shownTokens({ key: _, ...others }: ConfiguredUserTokens): Readonly<Record<string, unknown>> {
  return { ...others, key: '(secret)' };
}

/** @returns undefined if the PEM is not a public key that can verify tokens */
function signing(pem: string): Pick<ConfiguredUserTokens, 'algorithm' | 'key'> | undefined {
  try {
    // A private key would work too, and must not be here.
    if (/PRIVATE KEY/.test(pem)) return undefined;
    const key = createPublicKey(pem);
    const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {};
    if (key.asymmetricKeyType === 'rsa' && modulusLength >= 2048) return { algorithm: 'RS256', key };
    if (key.asymmetricKeyType === 'ec' && namedCurve === 'prime256v1') return { algorithm: 'ES256', key };
    return undefined;
  } catch {
    return undefined;
  }
}
