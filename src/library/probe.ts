import type {
  CommandProbe,
  NodeProbe as DomainNodeProbe,
  Probe as DomainProbe,
  ProbeResult,
  ProbeTimings,
} from '../domain/probe.js';
import { toSeconds, type Seconds } from '../domain/time.js';
import { problemsIn } from '../views/body-problems.js';
import { emitterProbe } from '../views/probe.js';
import { camel, snakeCased, type CamelCased } from './casing.js';
import { anObject, isPlain, one, type Reader } from './checks.js';

/**
 * How an emitter checks a node: a function, which passes unless it throws or returns false, or a probe by HTTP, TCP,
 * TLS, DNS or a command. `every` is in seconds.
 */
export type Probe = ((signal: AbortSignal) => unknown) | CamelCased<DomainNodeProbe | CommandProbe>;

/** How an instance probes a node: by HTTP, TCP, TLS or DNS. `every` is in seconds. */
export type NodeProbe = CamelCased<DomainNodeProbe>;

/** The result of a probe. Durations are in seconds. */
export interface ProbeDescription {
  /** When it began. */
  readonly at: Date;
  readonly passed: boolean;
  /** Why it failed; undefined if it passed. */
  readonly reason: string | undefined;
  readonly duration: Seconds;
  /** The parts of it that it has come to. */
  readonly timings: {
    readonly resolve?: Seconds;
    readonly connect?: Seconds;
    readonly tls?: Seconds;
    readonly answer?: Seconds;
  };
  /** The status of the last answer by HTTP. */
  readonly status: number | undefined;
  /** Days for which the certificate is still valid. */
  readonly certificateDays: number | undefined;
}

/** Finds problems in a probe. */
export const probeReader: Reader = (value, place) => {
  if (typeof value === 'function') return [];
  if (!isPlain(value)) return one(anObject)(value, place);
  const read = emitterProbe.safeParse(snakeCased(value));
  return read.success
    ? []
    : problemsIn(read.error).map(
        ({ path, problem }) => `${place}${path === '' ? '' : `.${camel(path)}`}: ${problem}`,
      );
};

/** The same in the form of the emitter. It was checked before. */
export function probeOf(probe: Probe | undefined): DomainProbe | undefined {
  if (probe === undefined || typeof probe === 'function') return probe;
  return emitterProbe.parse(snakeCased(probe));
}

export function describedProbe(result: ProbeResult): ProbeDescription {
  const { at, reason, took, timings, status, certificateDays } = result;
  return {
    at: new Date(at),
    passed: reason === undefined,
    reason,
    duration: toSeconds(took),
    timings: inSeconds(timings),
    status,
    certificateDays,
  };
}

function inSeconds({ resolve, connect, tls, answer }: ProbeTimings): ProbeDescription['timings'] {
  return {
    ...(resolve !== undefined && { resolve: toSeconds(resolve) }),
    ...(connect !== undefined && { connect: toSeconds(connect) }),
    ...(tls !== undefined && { tls: toSeconds(tls) }),
    ...(answer !== undefined && { answer: toSeconds(answer) }),
  };
}

/** A probe as a program writes it. */
export function inCamelCase(probe: DomainNodeProbe): NodeProbe {
  if ('http' in probe) {
    const { expect, ...rest } = probe;
    return expect === undefined ? rest : { ...rest, expect: ofCertificate(expect) };
  }
  if ('tls' in probe) {
    const { expect, ...rest } = probe;
    return expect === undefined ? rest : { ...rest, expect: ofCertificate(expect) };
  }
  if ('dns' in probe) {
    const { expect, ...rest } = probe;
    return expect === undefined ? rest : { ...rest, expect: inTime(expect) };
  }
  const { expect, ...rest } = probe;
  return expect === undefined ? rest : { ...rest, expect: inTime(expect) };
}

function inTime<Expectation extends { readonly max_ms?: number | undefined }>({
  max_ms: maxMs,
  ...rest
}: Expectation): Omit<Expectation, 'max_ms'> & { readonly maxMs?: number } {
  return { ...rest, ...(maxMs !== undefined && { maxMs }) };
}

function ofCertificate<
  Expectation extends {
    readonly max_ms?: number | undefined;
    readonly certificate_days?: number | undefined;
  },
>({ certificate_days: certificateDays, ...rest }: Expectation) {
  return { ...inTime(rest), ...(certificateDays !== undefined && { certificateDays }) };
}
