import { isIPv6 } from 'node:net';

/** The part of an IPv6 address that one customer gets, and may send from. */
const NETWORK_GROUPS = 4;

/** The source of an address for rate limits: itself for IPv4, its network (a /64) for IPv6. */
export function sourceOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const behind = tail === '' ? 0 : tail.split(':').length;
    for (let missing = 8 - groups.length - behind; missing > 0; missing--) groups.push('0');
    groups.push(...(tail === '' ? [] : tail.split(':')));
  }
  return `${groups.slice(0, NETWORK_GROUPS).join(':')}::/64`;
}
