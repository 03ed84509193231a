import type { NodeName } from './node-name.js';
import type { Instant, Millis, Seconds } from './time.js';

/*
 * Probes in the form in which the API, files and records have them.
 */

/** What every probe has. */
interface Repeated {
  /** The time from one probe to the next, from start to start. */
  readonly every?: Seconds | undefined;
}

interface InTime {
  /** How long an answer may take. */
  readonly max_ms?: Millis | undefined;
}

interface OfCertificate {
  /** The certificate must be valid for this many more days. */
  readonly certificate_days?: number | undefined;
}

/** What the answer to an HTTP probe must be. */
export interface HttpExpectation extends InTime, OfCertificate {
  /** Any 2xx if absent. */
  readonly status?: number | readonly number[] | undefined;
  /** Texts that headers must contain, by their names. */
  readonly header?: Readonly<Record<string, string>> | undefined;
  /** A text that the beginning of the body must contain. */
  readonly body?: string | undefined;
  /** How many redirects are followed. None if absent. */
  readonly redirects?: number | undefined;
}

/** Passes by an answer to GET. */
export interface HttpProbe extends Repeated {
  readonly http: string;
  readonly expect?: HttpExpectation | undefined;
}

/** Passes if it accepts a connection, such as `db-1:5432` or `[::1]:5432`. */
export interface TcpProbe extends Repeated {
  readonly tcp: string;
  readonly expect?: InTime | undefined;
}

/** Passes by a TLS handshake with a certificate that is valid for this name. */
export interface TlsProbe extends Repeated {
  readonly tls: string;
  readonly expect?: (InTime & OfCertificate) | undefined;
}

export const DNS_TYPES = ['A', 'AAAA', 'CNAME', 'MX', 'NS', 'TXT'] as const;
export type DnsType = (typeof DNS_TYPES)[number];

interface DnsExpectation extends InTime {
  /** Values that must be among the records. */
  readonly answer?: readonly string[] | undefined;
}

/** Passes if the name has records of the type. */
export interface DnsProbe extends Repeated {
  readonly dns: string;
  /** `A` if absent. */
  readonly type?: DnsType | undefined;
  /** The address of a name server, with or without a port. Those of the system if absent. */
  readonly server?: string | undefined;
  readonly expect?: DnsExpectation | undefined;
}

/** How the daemon probes a node. */
export type NodeProbe = HttpProbe | TcpProbe | TlsProbe | DnsProbe;

/** Passes with this exit code, 0 if none is given. A text is run by a shell; a list is run without one. */
export interface CommandProbe extends Repeated {
  readonly command: string | readonly string[];
  readonly exit_code?: number | undefined;
  readonly expect?: InTime | undefined;
}

/** How an emitter probes a node. A function passes unless it throws or returns false. */
export type Probe = ((signal: AbortSignal) => unknown) | NodeProbe | CommandProbe;

/** How long the parts of a probe took. Those that it has not come to are absent. */
export interface ProbeTimings {
  /** Resolving the name. */
  readonly resolve?: Millis;
  /** The TCP handshake. */
  readonly connect?: Millis;
  /** The TLS handshake. */
  readonly tls?: Millis;
  /** From the request to the head of the answer. */
  readonly answer?: Millis;
}

/** What a probe has found. */
export interface ProbeFindings {
  /** Why it failed; absent if it passed. */
  readonly reason?: string;
  /** How long all of it took. */
  readonly took: Millis;
  readonly timings: ProbeTimings;
  /** The status of the last answer by HTTP. */
  readonly status?: number;
  /** Days for which the certificate is still valid, rounded down. */
  readonly certificateDays?: number;
}

/** The result of a probe of a node. */
export interface ProbeResult extends ProbeFindings {
  /** When it began. */
  readonly at: Instant;
}

/** A node, and how it is probed. */
export interface NodeWithProbe {
  readonly node: NodeName;
  readonly probe: NodeProbe;
}

/** The last results of a node's probe. */
export interface KeptProbeResults extends NodeWithProbe {
  /** Oldest first. */
  readonly results: readonly ProbeResult[];
}

/** How long a probe without `max_ms` may take. Shorter if its interval is. */
export const PROBE_DEADLINE: Seconds = 5;
/** The interval of a probe that gives none. */
export const PROBE_EVERY: Seconds = 30;

export function sameProbe(one: NodeProbe | undefined, other: NodeProbe | undefined): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}
