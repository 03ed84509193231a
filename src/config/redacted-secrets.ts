import { Secret } from '../adapters/channels/secret.js';
import type { Effective } from './load-config.js';
import { options, valueIn } from './schema.js';

/** Every secret of a configuration, for redaction. */
export function secretsIn({ config, channels, auth, tls, proxies }: Effective): readonly Secret[] {
  const inOptions = options.flatMap(({ key, secret }) => {
    const value = secret ? valueIn(config, key) : null;
    return typeof value === 'string' ? [new Secret(value)] : [];
  });
  const signing = auth?.user_tokens?.key;
  return [
    ...inOptions,
    ...channels.flatMap(({ secrets }) => secrets),
    ...(signing?.type === 'secret' ? [new Secret(signing.export().toString())] : []),
    ...(tls === undefined ? [] : [tls.key]),
    ...[proxies?.http, proxies?.https].flatMap((url) => (url === undefined ? [] : [new Secret(url)])),
  ];
}
