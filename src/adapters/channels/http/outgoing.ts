import { isIP } from 'node:net';
import type { Dispatcher } from 'undici';
import type { Millis } from '../../../domain/time.js';
import { PERMIT_ALL, type Guard } from './address-guard.js';
import { guardedLookup, type DnsResolver } from './dns-resolver.js';
import type { Proxies } from './proxies.js';
import { ConnectError, reasonOf } from './reason.js';

export interface Outgoing {
  readonly names: DnsResolver;
  readonly guard: Guard;
  /** Certificates in PEM that are trusted instead of the usual ones. */
  readonly ca?: string | undefined;
  /** Undefined where everything is connected to directly. */
  readonly proxies?: Proxies | undefined;
}

/**
 * What HTTP calls go out by. undici is loaded here, and not by a daemon that calls nobody: it costs memory, and time
 * in which nothing is heard. So whoever will call asks for this when it is made, and not at its first call.
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
    // Each call has a deadline of its own.
    headersTimeout: 0,
    bodyTimeout: 0,
  };
  if (proxies === undefined) return new Agent(options);
  // Whoever runs the daemon has set the proxy, which is permission for whatever its name stands for.
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
 * The proxy resolves names, and connects to wherever they lead from there. An address that stands in the URL is seen
 * here; it is no permission of its own, since it is another machine's loopback, and another network's wire.
 *
 * @param target as `host:port`, what the proxy is asked to connect to
 */
function refuseUnpermitted(target: string, guard: Guard): void {
  const host = target.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  if (isIP(host) === 0 || guard.permits(host)) return;
  throw new ConnectError(`the proxy is not asked for ${host}, which is not in allow_addresses`);
}
