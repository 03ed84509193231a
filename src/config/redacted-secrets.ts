import { Secret } from '../adapters/channels/secret.js';
import { hasPassword } from './store.js';
import type { Effective } from './load-config.js';
import { options, valueIn } from './schema.js';

/** Every secret of a configuration, for redaction. */
export function secretsIn({
  config,
  store,
  channels,
  auth,
  linkSecret,
  tls,
  proxies,
}: Effective): readonly Secret[] {
  const inOptions = options.flatMap(({ key, secret, shown }) => {
    const value = secret && shown === undefined ? valueIn(config, key) : null;
    return typeof value === 'string' ? [new Secret(value)] : [];
  });
  const password = store.kind === 'postgres' ? store.address.password : undefined;
  const isInUrl = password !== undefined && hasPassword(config.store);
  const signing = auth?.user_tokens?.key;
  return [
    ...inOptions,
    ...(password === undefined ? [] : [password]),
    ...(isInUrl ? [new Secret(config.store)] : []),
    ...channels.flatMap(({ secrets }) => secrets),
    ...(signing?.type === 'secret' ? [new Secret(signing.export().toString())] : []),
    ...(auth?.openid?.clientSecret === undefined ? [] : [auth.openid.clientSecret]),
    ...(auth?.trusted_header?.secret === undefined ? [] : [auth.trusted_header.secret.value]),
    ...(linkSecret === undefined ? [] : [linkSecret]),
    ...(tls === undefined ? [] : [tls.key]),
    ...[proxies?.http, proxies?.https].flatMap((url) => (url === undefined ? [] : [new Secret(url)])),
  ];
}
