import { BlockList, isIP } from 'node:net';

/** Addresses and networks, such as `10.0.0.0/8`. */
export class Networks {
  readonly #list = new BlockList();

  /** @param ranges as the configuration has checked them */
  constructor(ranges: readonly string[]) {
    for (const range of ranges) {
      const [address = '', length] = range.split('/');
      const family = isIP(address) === 4 ? 'ipv4' : 'ipv6';
      this.#list.addSubnet(address, Number(length ?? (family === 'ipv4' ? 32 : 128)), family);
    }
  }

  /** @param address as a socket has it: an IPv4 address may be written as an IPv6 address */
  has(address: string | undefined): boolean {
    const plain = plainAddress(address ?? '');
    const version = isIP(plain);
    return version !== 0 && this.#list.check(plain, version === 4 ? 'ipv4' : 'ipv6');
  }
}

/** An IPv4 address without the prefix that it has on a socket for both versions. */
function plainAddress(address: string): string {
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
}
