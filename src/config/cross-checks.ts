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

/** Who may open the file decides there. */
export function unixSocketProblems(inForce: InForce): readonly string[] {
  const host = inForce.get('host');
  if (typeof host?.value !== 'string' || unixPathOf(host.value) === undefined) return [];
  return ['tls.certificate', 'tls.key'].flatMap((key) => {
    const given = inForce.get(key);
    if (given === undefined || given.value === null || given.value === 'off') return [];
    return [
      `${key}: a Unix socket has no TLS: leave it out, or listen on an address (from ${sourceText(given.source)})`,
    ];
  });
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
