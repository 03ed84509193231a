import { isIP } from 'node:net';
import * as z from 'zod';
import { parseAddress } from '../domain/address.js';
import { DNS_TYPES, PROBE_DEADLINE, PROBE_EVERY, type ProbeResult } from '../domain/probe.js';
import { unixSeconds } from '../domain/time.js';
import { instant, nodeName, seconds } from './values.js';

const LONGEST = 2000;
const LONGEST_TEXT = 1000;
const MOST_STATUSES = 20;
const MOST_HEADERS = 10;
const MOST_RECORDS = 20;
const MOST_REDIRECTS = 10;
const LONGEST_WAIT_MS = 60_000;
const DAY = 86_400;
const NO_DNS_NAME = 'must be a name in ASCII, such as example.org';

const every = z
  .number('must be a number of seconds')
  .min(1, 'must be at least 1 second')
  .max(DAY, `must be at most ${DAY} seconds`)
  .optional()
  .meta({ description: `Seconds from one probe to the next. Default: ${PROBE_EVERY}.` });

const max_ms = z
  .number('must be a number of milliseconds')
  .min(1, 'must be at least 1 millisecond')
  .max(LONGEST_WAIT_MS, `must be at most ${LONGEST_WAIT_MS} milliseconds`)
  .optional()
  .meta({
    description: `Milliseconds that an answer may take. Default: ${PROBE_DEADLINE * 1000}, or the interval if that is shorter.`,
  });

const certificate_days = z
  .int('must be a whole number of days')
  .min(0, 'must not be negative')
  .max(10_000, 'must be at most 10000')
  .optional()
  .meta({ description: 'Days for which the certificate must still be valid.' });

const status = z
  .int('must be an HTTP status')
  .min(100, 'must be an HTTP status')
  .max(599, 'must be an HTTP status');

const words = z
  .string('must be a text')
  .min(1, 'must not be empty')
  .max(LONGEST_TEXT, `must have at most ${LONGEST_TEXT} characters`);

const HEADER = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/;

const strict = <Shape extends z.ZodRawShape>(
  shape: Shape,
  otherwise = 'must be an object with one of http, tcp, tls and dns',
) =>
  z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== 'unrecognized_keys') return otherwise;
      return issue.keys.includes('command')
        ? 'the daemon runs no commands: use heartbeat emit'
        : 'unknown field';
    },
  });

const strictExpect = <Shape extends z.ZodRawShape>(shape: Shape) => strict(shape, 'must be an object');

const http = strict({
  http: z
    .string('must be an http or https URL')
    .max(LONGEST, `must have at most ${LONGEST} characters`)
    .refine(isHttpUrl, 'must be an http or https URL')
    .refine((text) => !hasCredentials(text), 'must not contain a name or a password'),
  every,
  expect: strictExpect({
    status: z
      .union(
        [
          status,
          z
            .array(status)
            .min(1, 'must have at least one status')
            .max(MOST_STATUSES, `must have at most ${MOST_STATUSES} statuses`)
            .readonly(),
        ],
        `must be a status, or a list of at most ${MOST_STATUSES}`,
      )
      .optional()
      .meta({ description: 'The status of the answer, or several. Default: any 2xx.' }),
    header: z
      .record(z.string().regex(HEADER, 'must be the name of a header'), words, 'must be an object of texts')
      .refine(
        (headers) => Object.keys(headers).length <= MOST_HEADERS,
        `must have at most ${MOST_HEADERS} entries`,
      )
      .optional()
      .meta({ description: 'Texts that headers of the answer must contain.' }),
    body: words
      .optional()
      .meta({ description: 'A text that the first 100,000 bytes of the body must contain.' }),
    max_ms,
    certificate_days,
    redirects: z
      .int('must be a whole number')
      .min(0, 'must not be negative')
      .max(MOST_REDIRECTS, `must be at most ${MOST_REDIRECTS}`)
      .optional()
      .meta({ description: 'How many redirects are followed. Default: 0.' }),
  }).optional(),
}).meta({ id: 'HttpProbe', description: 'Passes by the answer to GET.' });

const address = z
  .string('must be a host and a port, such as db-1:5432')
  .max(LONGEST_TEXT, `must have at most ${LONGEST_TEXT} characters`)
  .refine((text) => parseAddress(text) !== undefined, 'must be a host and a port, such as db-1:5432');

const tcp = strict({ tcp: address, every, expect: strictExpect({ max_ms }).optional() }).meta({
  id: 'TcpProbe',
  description: 'Passes if a TCP connection is accepted.',
});

const tls = strict({
  tls: address,
  every,
  expect: strictExpect({ max_ms, certificate_days }).optional(),
}).meta({
  id: 'TlsProbe',
  description: 'Passes by a TLS handshake with a valid certificate.',
});

const dns = strict({
  dns: z
    .string('must be a name')
    .max(253, NO_DNS_NAME)
    // A dot alone is the root.
    .regex(/^(?:\.|[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*\.?)$/, NO_DNS_NAME),
  type: z
    .enum(DNS_TYPES, `must be one of ${DNS_TYPES.join(', ')}`)
    .optional()
    .meta({
      description: 'The type of the records. Default: A.',
    }),
  server: z
    .string('must be the address of a name server')
    .refine(isServer, 'must be an IP address, with or without a port, such as 192.0.2.53 or [2001:db8::1]:53')
    .optional()
    .meta({ description: 'The name server that is asked. Default: those of the daemon’s system.' }),
  every,
  expect: strictExpect({
    answer: z
      .array(words, 'must be a list of texts')
      .min(1, 'must have at least one value')
      .max(MOST_RECORDS, `must have at most ${MOST_RECORDS} values`)
      .readonly()
      .optional()
      .meta({ description: 'Values that must be among the records.' }),
    max_ms,
  }).optional(),
}).meta({ id: 'DnsProbe', description: 'Passes if a name has records.' });

/** How the daemon probes a node, in requests and answers. */
export const probe = z.union([http, tcp, tls, dns], 'must have one of http, tcp, tls and dns').meta({
  description:
    'How the daemon probes the node: by HTTP, TCP, TLS or DNS. A probe that passes is a heartbeat.',
});

/** Commands are run by emitters only: whoever may set a probe of the daemon must not thereby run programs on it. */
const command = strict({
  command: z.union(
    [z.string().min(1, 'must not be empty'), z.array(z.string()).min(1, 'must not be empty')],
    'must be a line for the shell, or a list of a program and its arguments',
  ),
  exit_code: z.int('must be an exit code').min(0).max(255).optional(),
  every,
  expect: strictExpect({ max_ms }).optional(),
});

/** How an emitter probes a node. */
export const emitterProbe = z.union(
  [...probe.options, command],
  'must have one of http, tcp, tls, dns and command',
);

function isHttpUrl(text: string): boolean {
  return /^https?:\/\//i.test(text) && URL.canParse(text);
}

function hasCredentials(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  return username !== '' || password !== '';
}

function isServer(text: string): boolean {
  if (isIP(text) !== 0) return true;
  const named = parseAddress(text);
  return named !== undefined && isIP(named.host) !== 0;
}

export const probeResult = z
  .strictObject({
    at: instant,
    at_ms: z.int(),
    passed: z.boolean(),
    reason: z.string().optional().meta({ description: 'Why it failed. Absent if it passed.' }),
    duration: seconds.meta({ description: 'How long all of it took.' }),
    timings: z
      .strictObject({
        resolve: seconds.optional().meta({ description: 'Resolving the name.' }),
        connect: seconds.optional().meta({ description: 'The TCP handshake.' }),
        tls: seconds.optional().meta({ description: 'The TLS handshake.' }),
        answer: seconds.optional().meta({ description: 'From the request to the head of the answer.' }),
      })
      .meta({ description: 'Parts of it. Those that it has not come to are absent.' }),
    status: z.int().optional().meta({ description: 'The status of the last answer by HTTP.' }),
    certificate_days: z.int().optional().meta({
      description: 'Days for which the certificate is still valid, rounded down.',
    }),
  })
  .meta({ id: 'ProbeResult' });

export const probeResults = z.strictObject({
  name: nodeName,
  probe: probe.nullable().meta({ description: 'Null if it is not probed.' }),
  results: z.array(probeResult),
});

export function probeResultView(result: ProbeResult): z.output<typeof probeResult> {
  const { at, reason, took: all, timings, status: answered, certificateDays } = result;
  return {
    at: unixSeconds(at),
    at_ms: at,
    passed: reason === undefined,
    ...(reason !== undefined && { reason }),
    duration: rounded(all),
    timings: Object.fromEntries(
      Object.entries(timings).map(([part, ms]: [string, number]) => [part, rounded(ms)]),
    ),
    ...(answered !== undefined && { status: answered }),
    ...(certificateDays !== undefined && { certificate_days: certificateDays }),
  };
}

/** Seconds, to a tenth of a millisecond. */
function rounded(ms: number): number {
  return Math.round(ms * 10) / 10_000;
}
