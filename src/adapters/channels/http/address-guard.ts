import { BlockList, isIP } from 'node:net';

/** Where only this machine listens, or only what is plugged into the same wire: metadata services among them. */
const OWN: readonly (readonly [string, number, 'ipv4' | 'ipv6'])[] = [
  ['0.0.0.0', 8, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['::', 127, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
  // The same, through NAT64.
  ['64:ff9b::', 104, 'ipv6'],
  ['64:ff9b::7f00:0', 104, 'ipv6'],
  ['64:ff9b::a9fe:0', 112, 'ipv6'],
];

const own = new BlockList();
for (const subnet of OWN) own.addSubnet(...subnet);

const RANGE = /^([^/]+)(?:\/(\d{1,3}))?$/;

/** Refuses addresses that a name should not stand for, unless they are allowed. */
export class AddressGuard {
  readonly #allowed = new BlockList();

  /** @param allowed addresses, or ranges such as `127.0.0.0/8` */
  constructor(allowed: readonly string[]) {
    for (const range of allowed) {
      const parsed = parseRange(range);
      if (parsed === undefined) throw new TypeError(`${range} is no range of addresses`);
      this.#allowed.addSubnet(parsed.address, parsed.prefix, parsed.family);
    }
  }

  permits(address: string): boolean {
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    return !own.check(address, family) || this.#allowed.check(address, family);
  }
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
