import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { parseAddress } from '../../domain/address.js';
import { Networks } from './networks.js';
import { withoutBrackets } from '../../domain/loopback.js';

/** Whose requests these are, for rates and the audit log: the other end of a socket, or whom a trusted proxy names. */
export class ClientAddresses {
  #proxies: Networks | undefined;

  /** @param proxies networks of proxies that are trusted; none if not given */
  configure(proxies: readonly string[] | null | undefined): void {
    this.#proxies =
      proxies === null || proxies === undefined || proxies.length === 0 ? undefined : new Networks(proxies);
  }

  of({ socket: { remoteAddress }, headers }: IncomingMessage): string | undefined {
    if (this.#proxies === undefined || !this.#proxies.has(remoteAddress)) return remoteAddress;
    return forwarded(headers['x-forwarded-for'], this.#proxies) ?? remoteAddress;
  }
}

/**
 * Each proxy adds the address that it has seen at the end. From there, the first that is no trusted proxy is the client:
 * what comes before it is what the client says.
 *
 * @returns undefined if nobody is named
 */
function forwarded(header: string | string[] | undefined, proxies: Networks): string | undefined {
  const hops = (Array.isArray(header) ? header.join(',') : (header ?? '')).split(',');
  let known: string | undefined;
  for (const hop of hops.reverse()) {
    const address = addressIn(hop.trim());
    if (address === undefined) return known;
    known = address;
    if (!proxies.has(address)) return known;
  }
  return known;
}

/** Some proxies add the port. */
function addressIn(hop: string): string | undefined {
  const bare = withoutBrackets(hop);
  if (isIP(bare) !== 0) return bare;
  const host = parseAddress(hop)?.host ?? '';
  return isIP(host) === 0 ? undefined : host;
}
