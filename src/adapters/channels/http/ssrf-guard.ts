import { BlockList, isIP, isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Whether a channel or a probe may connect to an address. */
export interface Guard {
  permits(address: string): boolean;
}

/** For a URL that a programmer wrote: it is its own permission. */
export const PERMIT_ALL: Guard = { permits: () => true };

/** What a guard permits without being told: public addresses, those of internal networks too, or none. */
type Reach = 'internal' | 'public' | 'none';

/** In a list of networks: every public address. */
export const PUBLIC = 'public';

/**
 * The ranges of IANA's special-purpose registries. Alerts may be sent to public addresses, and to those of internal
 * networks. https://www.iana.org/assignments/iana-ipv4-special-registry and …/iana-ipv6-special-registry
 */
const RANGES: Readonly<Record<Reach, readonly string[]>> = {
  internal: ['unicast', 'private', 'carrierGradeNat', 'uniqueLocal'],
  public: ['unicast'],
  none: [],
};

/** Services of cloud providers at addresses within public and internal ranges. Most others are link-local. */
const CLOUD: readonly (readonly [string, number, 'ipv4' | 'ipv6'])[] = [
  // Alibaba; Azure.
  ['100.100.100.200', 32, 'ipv4'],
  ['168.63.129.16', 32, 'ipv4'],
  // Amazon; Google; Scaleway.
  ['fd00:ec2::', 32, 'ipv6'],
  ['fd20:ce::254', 128, 'ipv6'],
  ['fd00:42::42', 128, 'ipv6'],
];

const cloud = new BlockList();
for (const subnet of CLOUD) cloud.addSubnet(...subnet);

/** Global unicast. The rest of IPv6 has a special purpose, or none yet. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');
/** Translated IPv4 addresses (RFC 6052). */
const NAT64 = ipaddr.IPv6.parseCIDR('64:ff9b::/96');

const RANGE = /^([^/]+)(?:\/(\d{1,3}))?$/;

/**
 * The guard against SSRF: refuses addresses outside public and internal ranges, unless they are allowed. See
 * decision 84; for probes, decision 196.
 */
export class SsrfGuard implements Guard {
  readonly #allowed = new BlockList();

  readonly #reach: Reach;

  /**
   * @param allowed addresses, or ranges such as `127.0.0.0/8`
   * @param reach what is permitted besides
   */
  constructor(allowed: readonly string[], reach: Reach = 'internal') {
    this.#reach = reach;
    for (const range of allowed) {
      const parsed = parseRange(range);
      if (parsed === undefined) throw new TypeError(`${range} is no range of addresses`);
      this.#allowed.addSubnet(parsed.address, parsed.prefix, parsed.family);
    }
  }

  permits(address: string): boolean {
    return formsOf(address).some((form) => this.#allows(form)) || isReachable(address, RANGES[this.#reach]);
  }

  #allows(address: string): boolean {
    return this.#allowed.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
  }
}

function isReachable(address: string, ranges: readonly string[]): boolean {
  const [plain, inner] = formsOf(address);
  if (plain === undefined) return false;
  if (inner !== undefined) return isReachable(inner, ranges);
  if (cloud.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4')) return false;
  const parsed = ipaddr.parse(plain);
  const range = parsed.range();
  if (!ranges.includes(range)) return false;
  return !(parsed instanceof ipaddr.IPv6) || range === 'uniqueLocal' || parsed.match(GLOBAL_UNICAST);
}

/** The address in its usual form; and the IPv4 address that it carries, if any. */
function formsOf(address: string): readonly string[] {
  const version = isIP(address);
  if (version === 0) return [];
  if (version === 4) return [address];
  // Without its zone. Parsed by `URL`, since the library reads `::127.0.0.1` as `::ffff:127.0.0.1`.
  const plain = new URL(`http://[${address.replace(/%.*$/, '')}]`).hostname.slice(1, -1);
  const parsed = ipaddr.IPv6.parse(plain);
  if (parsed.isIPv4MappedAddress()) return [plain, parsed.toIPv4Address().toString()];
  if (parsed.match(NAT64)) return [plain, parsed.toByteArray().slice(-4).join('.')];
  return [plain];
}

export function parseRange(
  text: string,
): { readonly address: string; readonly prefix: number; readonly family: 'ipv4' | 'ipv6' } | undefined {
  const [, address = '', length] = RANGE.exec(text) ?? [];
  const version = isIP(address);
  if (version === 0) return undefined;
  const bits = version === 4 ? 32 : 128;
  const prefix = length === undefined ? bits : Number(length);
  return prefix > bits ? undefined : { address, prefix, family: version === 4 ? 'ipv4' : 'ipv6' };
}
