import { isIP } from 'node:net';
import { DNS_TYPES, type HttpExpectation, type NodeProbe } from '../../domain/probe.js';
import type { Monitor } from './kuma-monitor.js';
import { withoutBrackets } from '../../domain/loopback.js';

/** The probe of a node that does what a monitor does, and what of it has no counterpart. */
export interface BroughtProbe {
  readonly probe: NodeProbe;
  readonly notes: readonly string[];
}

/** What a probe takes at most. */
const MOST_MS = 60_000;
const MOST_STATUSES = 20;
const MOST_REDIRECTS = 10;
/** What Uptime Kuma and probes accept if nothing else is said. */
const ANY_2XX = '200-299';

/** @returns undefined for types of monitors that no probe can be for; a text says why one cannot be for this monitor */
export function probeOf(monitor: Monitor): BroughtProbe | string | undefined {
  switch (monitor.type) {
    case 'http':
    case 'keyword':
      return whyNot(monitor) ?? ofHttp(monitor);
    case 'port':
      return whyNot(monitor) ?? ofPort(monitor);
    case 'dns':
      return whyNot(monitor) ?? ofDns(monitor);
    default:
      return undefined;
  }
}

function whyNot({ upsideDown }: Monitor): string | undefined {
  return upsideDown ? 'upside down: a probe passes when there is an answer' : undefined;
}

function ofHttp(monitor: Monitor): BroughtProbe | string {
  const { url, method, headers, body, keyword, expiryNotification, type } = monitor;
  const verb = method === '' ? 'GET' : method.toUpperCase();
  if (verb !== 'GET' && verb !== 'HEAD') return `method ${verb}: a probe sends GET`;
  if (isGiven(headers) || isGiven(body)) return 'headers or a body: a probe sends none';
  if (monitor.authMethod !== '' || monitor.basic_auth_user !== '') return 'a login: a probe has none';
  if (typeof monitor.proxyId === 'number') return 'a proxy: a probe connects directly';
  if (monitor.ignoreTls && /^https:/i.test(url)) return 'TLS errors are ignored, and a probe fails by them';
  if (type === 'keyword' && monitor.invertKeyword)
    return 'an inverted keyword: a probe looks for a text that is there';
  const status = statusOf(monitor.accepted_statuscodes ?? []);
  if (typeof status === 'string') return status;
  const redirects = Math.min(monitor.maxredirects ?? MOST_REDIRECTS, MOST_REDIRECTS);
  const expect: HttpExpectation = {
    ...(status.length > 0 && { status }),
    ...(type === 'keyword' && { body: keyword }),
    ...(redirects > 0 && { redirects }),
    ...inTime(monitor),
  };
  return {
    probe: { http: url, every: monitor.interval, expect },
    notes: [
      ...(verb === 'HEAD' ? ['method HEAD: the probe sends GET'] : []),
      ...(expiryNotification
        ? ['warning before the certificate expires: set expect.certificate_days, and the node fails by it']
        : []),
    ],
  };
}

function ofPort({ hostname, port, interval }: Monitor): BroughtProbe {
  const host = isIP(hostname) === 6 ? `[${hostname}]` : hostname;
  return { probe: { tcp: `${host}:${String(port ?? '')}`, every: interval }, notes: [] };
}

function ofDns(monitor: Monitor): BroughtProbe | string {
  const { hostname, interval, dns_resolve_type: given, dns_resolve_server: named, port } = monitor;
  const type = DNS_TYPES.find((each) => each === (given === '' ? 'A' : given));
  if (type === undefined) return `records of the type ${given}: a probe asks for ${DNS_TYPES.join(', ')}`;
  const address = withoutBrackets(named);
  if (address !== '' && isIP(address) === 0) return `the name server ${named}: a probe takes one address`;
  const server =
    typeof port !== 'number' || port === 53
      ? address
      : `${isIP(address) === 6 ? `[${address}]` : address}:${port}`;
  return {
    probe: { dns: hostname, type, every: interval, ...(address !== '' && { server }) },
    notes: [],
  };
}

/** Headers and bodies are texts of JSON. */
function isGiven(text: string): boolean {
  return !['', '{}', 'null'].includes(text.replaceAll(/\s/g, ''));
}

/** @returns none for any 2xx; a text if a probe cannot expect them */
function statusOf(ranges: readonly string[]): readonly number[] | string {
  if (ranges.length === 0 || (ranges.length === 1 && ranges[0] === ANY_2XX)) return [];
  const all = new Set<number>();
  for (const range of ranges) {
    const [, from, to = from] = /^(\d{3})(?:-(\d{3}))?$/.exec(range) ?? [];
    for (let status = Number(from); status <= Number(to); status++) all.add(status);
  }
  return all.size === 0 || all.size > MOST_STATUSES
    ? `accepted status codes ${ranges.join(', ')}: a probe takes any 2xx, or at most ${MOST_STATUSES} statuses`
    : [...all];
}

/** Without a timeout of its own, a monitor waits for eight tenths of its interval. */
function inTime({ timeout, interval }: Monitor): Pick<HttpExpectation, 'max_ms'> {
  const seconds = typeof timeout === 'number' && timeout > 0 ? timeout : interval * 0.8;
  return { max_ms: Math.max(1, Math.min(MOST_MS, Math.round(seconds * 1000), interval * 1000)) };
}
