import { Secret } from '../adapters/channels/secret.js';
import { hasPassword } from './store.js';
import type { Effective } from './load-config.js';
import { options, valueIn } from './schema.js';
import { secretsWithin } from './secret-values.js';

/** Every secret of a configuration, for redaction. */
export function secretsIn({
  config,
  store,
  channels,
  auth,
  linkSecret,
  tls,
  cluster,
  proxies,
}: Effective): readonly Secret[] {
  const inOptions = options.flatMap(({ key, secret, shown }) => {
    const value = secret && shown === undefined ? valueIn(config, key) : null;
    return typeof value === 'string' ? [new Secret(value)] : [];
  });
  const password = store.kind === 'postgres' ? store.address.password : undefined;
  const isInUrl = password !== undefined && hasPassword(config.store);
  return [
    ...inOptions,
    ...(password === undefined ? [] : [password]),
    ...(isInUrl ? [new Secret(config.store)] : []),
    ...channels.flatMap(({ secrets }) => secrets),
    ...secretsWithin({ auth, linkSecret, tls, cluster }),
    ...[proxies?.http, proxies?.https].flatMap((url) => (url === undefined ? [] : [new Secret(url)])),
  ];
}
