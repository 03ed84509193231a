import { Resolver } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { ConnectError } from './reason.js';

export interface DnsResolverOptions {
  /** How long a name server may take to answer, in milliseconds. */
  readonly timeout: number;
  /** Addresses with an optional port. Default: those of the system. */
  readonly servers?: readonly string[];
  readonly hostsFile?: string;
  readonly resolvConf?: string;
}

/** Why a name has no address. */
export class DnsError extends ConnectError {
  override readonly name = 'NameError';
}

/**
 * Resolves names without `getaddrinfo`, which holds a thread of libuv's small pool for as long as a name server does
 * not answer; the store needs that pool too. The hosts file and the search domains are read here instead. See decision
 * 14.
 */
export class DnsResolver {
  readonly #options: DnsResolverOptions;

  constructor(options: DnsResolverOptions) {
    this.#options = options;
  }

  /** @throws DnsError */
  async resolve(name: string): Promise<readonly string[]> {
    const { hostsFile = '/etc/hosts', resolvConf = '/etc/resolv.conf' } = this.#options;
    const known = addressesIn(await textOf(hostsFile), name);
    if (known.length > 0) return known;
    let failure: unknown;
    for (const candidate of candidates(name, await textOf(resolvConf))) {
      const { addresses, error } = await this.#ask(candidate);
      if (addresses.length > 0) return addresses;
      failure = error;
      if (!isAbsent(error)) break;
    }
    const reason = isAbsent(failure)
      ? 'does not resolve'
      : `cannot be resolved just now (${codeOf(failure)})`;
    throw new DnsError(`the name ${name} ${reason}`, { cause: failure });
  }

  async #ask(name: string): Promise<{ readonly addresses: readonly string[]; readonly error: unknown }> {
    // A new one each time, because name servers change while a daemon runs.
    const resolver = new Resolver({ timeout: Math.max(1, Math.round(this.#options.timeout)), tries: 2 });
    if (this.#options.servers !== undefined) resolver.setServers(this.#options.servers);
    const answers = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
    const addresses = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    const errors = answers.flatMap((answer): unknown[] =>
      answer.status === 'rejected' ? [answer.reason] : [],
    );
    return { addresses, error: errors.find((error) => !isAbsent(error)) ?? errors[0] };
  }
}

async function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}

function addressesIn(hosts: string, name: string): string[] {
  const wanted = plain(name);
  return hosts.split('\n').flatMap((line) => {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    return isIP(address) !== 0 && names.some((each) => plain(each) === wanted) ? [address] : [];
  });
}

/** The names to try, as in resolv.conf(5). */
function candidates(name: string, resolvConf: string): string[] {
  if (name.endsWith('.')) return [name];
  let search: string[] = [];
  let ndots = 1;
  for (const line of resolvConf.split('\n')) {
    const [keyword, ...values] = line
      .replace(/[#;].*/, '')
      .trim()
      .split(/\s+/);
    if (keyword === 'search' || keyword === 'domain') search = values;
    const given = keyword === 'options' ? values.find((value) => value.startsWith('ndots:')) : undefined;
    if (given !== undefined) ndots = ndotsOf(given.slice('ndots:'.length));
  }
  const searched = search.filter((domain) => domain !== '.').map((domain) => `${name}.${domain}`);
  return name.split('.').length > ndots ? [name, ...searched] : [...searched, name];
}

/** From 0 to 15, as in resolv.conf(5). */
function ndotsOf(text: string): number {
  return /^\d{1,9}$/.test(text) ? Math.min(15, Number(text)) : 1;
}

function plain(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

function isAbsent(error: unknown): boolean {
  return codeOf(error) === 'ENOTFOUND' || codeOf(error) === 'ENODATA';
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}
