import { isIP } from 'node:net';
import type { Dispatcher } from 'undici';
import type { Millis } from '../../../domain/time.js';
import { PERMIT_ALL, type Guard } from './ssrf-guard.js';
import type { DnsResolver } from './dns-resolver.js';
import { guardedLookup } from './guarded-lookup.js';
import type { Proxies } from './proxies.js';
import { ConnectError, reasonOf } from './reason.js';
import { withoutBrackets } from '../../../domain/loopback.js';

export interface Outgoing {
  readonly names: DnsResolver;
  readonly guard: Guard;
  /** PEM certificates to trust instead of the usual ones. */
  readonly ca?: string | undefined;
  /** Undefined: direct connections. */
  readonly proxies?: Proxies | undefined;
}

/**
 * The dispatcher for outgoing HTTP calls. Loads undici, which takes memory, and time in which nobody is heard. So
 * channels call this when they are made, not at their first alert.
 */
export async function outgoing(
  { names, guard, ca, proxies }: Outgoing,
  limits: { readonly connections: number; readonly timeout: Millis },
): Promise<Dispatcher> {
  const { Agent, EnvHttpProxyAgent, Pool, buildConnector } = await import('undici');
  const { connections, timeout } = limits;
  const trusted = ca !== undefined && { ca };
  const options = {
    connections,
    pipelining: 1,
    connect: { lookup: guardedLookup(names, guard), timeout, ...trusted },
    // Each call has its own deadline.
    headersTimeout: 0,
    bodyTimeout: 0,
  };
  if (proxies === undefined) return new Agent(options);
  // The operator configured the proxy, which is permission for any address of its own.
  const toProxy = buildConnector({ lookup: guardedLookup(names, PERMIT_ALL), timeout });
  return new EnvHttpProxyAgent({
    ...options,
    httpProxy: proxies.http,
    httpsProxy: proxies.https,
    noProxy: proxies.except,
    ...(ca !== undefined && { requestTls: { ca, timeout } }),
    clientFactory: (proxy) =>
      new Pool(proxy, {
        connect: (target, callback) => {
          toProxy(target, (...outcome) => {
            const [error] = outcome;
            if (error === null) callback(...outcome);
            else callback(new ConnectError(`the proxy ${proxy.origin}: ${reasonOf(error)}`), null);
          });
        },
      }).compose((dispatch) => (request, handler) => {
        refuseUnpermitted(request.path, guard);
        return dispatch(request, handler);
      }),
  });
}

/**
 * The proxy resolves names itself. An address in the URL is checked here; it is not its own permission, because on the
 * proxy's machine it may be another loopback or network.
 *
 * @param target `host:port` that the proxy is asked to connect to
 */
function refuseUnpermitted(target: string, guard: Guard): void {
  const host = withoutBrackets(target.replace(/:\d+$/, ''));
  if (isIP(host) === 0 || guard.permits(host)) return;
  throw new ConnectError(`the proxy is not asked for ${host}, which is not in allow_addresses`);
}
