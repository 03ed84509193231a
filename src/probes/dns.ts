import { Resolver } from 'node:dns/promises';
import type { DnsProbe, DnsType } from '../domain/probe.js';
import type { ProbeRun } from './probe-run.js';

/** The most records that a reason shows. */
const SHOWN = 5;

/** @returns why it failed; undefined if it passed */
export async function probeDns(
  { dns: name, type = 'A', server, expect: { answer = [] } = {} }: DnsProbe,
  run: ProbeRun,
): Promise<string | undefined> {
  if (server !== undefined) run.expectPermitted(hostOf(server));
  run.begin();
  // The deadline of the probe is the only one.
  const resolver = new Resolver({ tries: 1 });
  if (server !== undefined) resolver.setServers([server]);
  run.signal.addEventListener(
    'abort',
    () => {
      resolver.cancel();
    },
    { once: true },
  );
  const records = await recordsOf(resolver, name, type);
  run.over('answer');
  if (records.length === 0) return `it has no ${type} record`;
  const known = new Set(records.map(plain));
  const missing = answer.find((value) => !known.has(plain(value)));
  if (missing === undefined) return undefined;
  const shown = records.slice(0, SHOWN).join(', ');
  return `${missing} is not among its ${type} records: ${shown}${records.length > SHOWN ? ', …' : ''}`;
}

/** The address of a name server without its port. */
function hostOf(server: string): string {
  return server.replace(/^\[(.*)\](?::\d+)?$/, '$1').replace(/^([^:]*):\d+$/, '$1');
}

async function recordsOf(resolver: Resolver, name: string, type: DnsType): Promise<readonly string[]> {
  switch (type) {
    case 'A':
      return resolver.resolve4(name);
    case 'AAAA':
      return resolver.resolve6(name);
    case 'CNAME':
      return resolver.resolveCname(name);
    case 'MX':
      return (await resolver.resolveMx(name)).map(({ exchange }) => exchange);
    case 'NS':
      return resolver.resolveNs(name);
    case 'TXT':
      return (await resolver.resolveTxt(name)).map((parts) => parts.join(''));
  }
}

function plain(value: string): string {
  return value.toLowerCase().replace(/\.$/, '');
}
