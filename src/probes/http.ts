import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { HttpExpectation, HttpProbe } from '../domain/probe.js';
import { noteCertificate, problemOfCertificate } from './certificate.js';
import type { ProbeRun } from './probe-run.js';
import { withoutBrackets } from '../domain/loopback.js';

/** The most bytes of a head that are read. */
const HEAD = 16 * 1024;
/** The most bytes of a body in which a text is looked for. */
export const BODY = 100_000;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** @returns why it failed; undefined if it passed */
export async function probeHttp(
  { http: url, expect = {} }: HttpProbe,
  run: ProbeRun,
): Promise<string | undefined> {
  const { redirects: most = 0 } = expect;
  let at = new URL(url);
  for (let followed = 0; ; followed++) {
    const answer = await get(at, run);
    try {
      const next = most === 0 ? undefined : locationIn(answer, at);
      if (next === undefined) return await problemOf(answer, expect, run);
      if (followed === most) return `it redirects more than ${most} ${most === 1 ? 'time' : 'times'}`;
      if (!/^https?:$/.test(next.protocol)) return `it redirects to ${next.protocol}, which is not followed`;
      at = next;
    } finally {
      answer.on('error', () => undefined).destroy();
    }
  }
}

/** One request on a connection of its own. Rejects if there is no answer, or none may be asked for. */
async function get(url: URL, run: ProbeRun): Promise<IncomingMessage> {
  run.expectPermitted(withoutBrackets(url.hostname));
  run.begin();
  return new Promise((resolve, reject) => {
    const { request } = url.protocol === 'https:' ? https : http;
    request(url, {
      // Each probe has a connection of its own, as a new client would.
      agent: false,
      signal: run.signal,
      lookup: run.lookup,
      ...run.trust,
      maxHeaderSize: HEAD,
      headers: {
        'user-agent': 'heartbeat',
        accept: '*/*',
        'accept-encoding': 'identity',
        connection: 'close',
      },
    })
      .once('socket', (socket) => {
        run.follow(socket);
      })
      .once('response', (answer) => {
        run.over('answer');
        run.found.status = answer.statusCode ?? 0;
        noteCertificate(answer.socket, run);
        resolve(answer);
      })
      .on('error', reject)
      .end();
  });
}

function locationIn({ statusCode = 0, headers: { location } }: IncomingMessage, from: URL): URL | undefined {
  if (!REDIRECTS.has(statusCode) || location === undefined || !URL.canParse(location, from.href))
    return undefined;
  return new URL(location, from);
}

async function problemOf(
  answer: IncomingMessage,
  { status, header = {}, body, certificate_days: days }: HttpExpectation,
  run: ProbeRun,
): Promise<string | undefined> {
  if (!isExpected(answer.statusCode ?? 0, status)) return `it answered ${String(answer.statusCode)}`;
  const ofCertificate = problemOfCertificate(days, run);
  if (ofCertificate !== undefined) return ofCertificate;
  for (const [name, text] of Object.entries(header)) {
    const value = answer.headers[name.toLowerCase()];
    if (value === undefined) return `it has no header ${name}`;
    if (!String(value).includes(text)) return `its header ${name} does not have ${JSON.stringify(text)}`;
  }
  if (body === undefined || (await has(answer, body))) return undefined;
  return `its body does not have ${JSON.stringify(body)}`;
}

function isExpected(status: number, expected: number | readonly number[] | undefined): boolean {
  if (expected === undefined) return status >= 200 && status < 300;
  return typeof expected === 'number' ? status === expected : expected.includes(status);
}

/** Whether the beginning of a body contains a text. Reads no further than it must. */
async function has(answer: AsyncIterable<Buffer>, text: string): Promise<boolean> {
  const wanted = Buffer.from(text);
  const seen = Buffer.allocUnsafe(BODY);
  let length = 0;
  for await (const chunk of answer) {
    const before = length;
    length += chunk.copy(seen, length);
    if (seen.subarray(0, length).includes(wanted, Math.max(0, before - wanted.length))) return true;
    if (length === BODY) return false;
  }
  return wanted.length === 0;
}
