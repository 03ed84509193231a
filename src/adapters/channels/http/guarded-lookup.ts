import { isIP, type LookupFunction } from 'node:net';
import { DnsError, type DnsResolver } from './dns-resolver.js';
import type { Guard } from './ssrf-guard.js';

/**
 * A `lookup` for `net.connect` that returns only addresses the guard permits.
 *
 * @param option that would permit others
 */
export function guardedLookup(names: DnsResolver, guard: Guard, option = 'allow_addresses'): LookupFunction {
  return (name, options, callback) => {
    permitted(names, guard, name, option).then(
      (addresses) => {
        const wanted = addresses.filter(
          ({ family }) => options.family === undefined || options.family === 0 || options.family === family,
        );
        const [first] = wanted;
        if (first === undefined) callback(new DnsError(`the name ${name} has no address of that kind`), '');
        else if (options.all === true) callback(null, wanted);
        else callback(null, first.address, first.family);
      },
      (error: unknown) => {
        callback(error instanceof Error ? error : new Error(String(error)), '');
      },
    );
  };
}

async function permitted(
  names: DnsResolver,
  guard: Guard,
  name: string,
  option: string,
): Promise<{ address: string; family: number }[]> {
  const addresses = await names.resolve(name);
  const allowed = addresses.filter((address) => guard.permits(address));
  if (allowed.length > 0) return allowed.map((address) => ({ address, family: isIP(address) }));
  throw new DnsError(`the name ${name} stands for ${addresses.join(', ')}, which is not in ${option}`);
}
