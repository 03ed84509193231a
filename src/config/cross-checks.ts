import { isLoopback } from '../domain/loopback.js';
import { unixPathOf } from '../domain/unix-address.js';
import type { ConfiguredAuth, ReadAuth } from './auth/auth.js';
import { ascending } from './schema.js';
import { valueProblems, sourceText, type Given } from './value-source.js';

/* What is wrong with values that are good each by itself. */

type InForce = ReadonlyMap<string, Given>;

export function orderProblems(inForce: InForce): readonly string[] {
  return ascending.flatMap(([lower, higher]) => {
    const low = inForce.get(lower);
    const high = inForce.get(higher);
    if (typeof low?.value !== 'number' || typeof high?.value !== 'number') return [];
    if (low.value < high.value || [low, high].some((each) => valueProblems(each).length > 0)) return [];
    const place = sourceText(low.source);
    return [
      `${lower}: must be less than ${higher}, ` +
        `which is ${high.value} (from ${sourceText(high.source)}), not ${low.value} (from ${place})`,
    ];
  });
}

/** What counts on connections from addresses alone. Whoever may open the file of a Unix socket has none. */
const OF_ADDRESSES: Readonly<Record<string, string>> = {
  'tls.certificate': 'has no TLS',
  'tls.key': 'has no TLS',
  trusted_proxies: 'has no addresses that could be trusted',
  'limits.rate_per_address': 'has no addresses',
};

export function unixSocketProblems(inForce: InForce): readonly string[] {
  if (!isOnUnixSocket(inForce)) return [];
  return Object.entries(OF_ADDRESSES).flatMap(([key, why]) => {
    const given = inForce.get(key);
    if (given === undefined || given.source.kind === 'default') return [];
    const isNone = Array.isArray(given.value) && given.value.length === 0;
    if (given.value === null || given.value === 'off' || isNone) return [];
    return [
      `${key}: a Unix socket ${why}: leave it out, or listen on an address (from ${sourceText(given.source)})`,
    ];
  });
}

function isOnUnixSocket(inForce: InForce): boolean {
  const host = inForce.get('host');
  return typeof host?.value === 'string' && unixPathOf(host.value) !== undefined;
}

/** What authentication needs of the options, and what they need of it. */
export function authProblems(
  inForce: InForce,
  { auth, linkSecret, problems }: Pick<ReadAuth, 'auth' | 'linkSecret' | 'problems'>,
): readonly string[] {
  return [
    ...(linkSecret === undefined ? [] : urlProblems(inForce, 'auth.link_secret signs links to it')),
    ...(auth?.openid === undefined ? [] : urlProblems(inForce, 'auth.openid signs people in there')),
    ...(auth?.trusted_header === undefined ? [] : headerProblems(inForce, auth.trusted_header)),
    ...(auth === undefined && problems.length === 0 ? exposureProblems(inForce) : []),
  ];
}

/** What would be ignored without a URL, or trusted from anywhere. */
function urlProblems(inForce: InForce, since: string): readonly string[] {
  const url = inForce.get('public_url');
  if (url === undefined || (url.value !== null && url.value !== 'off')) return [];
  return [
    `public_url: must be the URL at which people reach the daemon, since ${since} (from ${sourceText(url.source)})`,
  ];
}

function headerProblems(
  inForce: InForce,
  { clientCa }: NonNullable<ConfiguredAuth['trusted_header']>,
): readonly string[] {
  const certificate = inForce.get('tls.certificate');
  const isPlain = certificate === undefined || certificate.value === null || certificate.value === 'off';
  return [
    ...urlProblems(inForce, 'auth.trusted_header counts for pages there alone'),
    ...(isOnUnixSocket(inForce)
      ? ['auth.trusted_header: needs an address to listen on: a Unix socket shows nobody whose header it is']
      : []),
    ...(clientCa !== undefined && isPlain
      ? ['tls.certificate: must be given with auth.trusted_header.client_ca_file: only TLS has certificates']
      : []),
  ];
}

/** Without keys every caller may do everything, so only this machine may reach the daemon. */
function exposureProblems(inForce: InForce): readonly string[] {
  const host = inForce.get('host');
  if (typeof host?.value !== 'string' || isLoopback(host.value)) return [];
  if (inForce.get('insecure')?.value === true || valueProblems(host).length > 0) return [];
  return [
    `host: ${host.value} can be reached from other machines, but no key is configured: add auth.keys ` +
      '("heartbeat keys new" makes one), or listen on 127.0.0.1, or pass --insecure ' +
      `(from ${sourceText(host.source)})`,
  ];
}
