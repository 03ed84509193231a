import { expect } from 'chai';
import fc from 'fast-check';
import { RawClient } from '../http/support/raw-client.js';
import { eventually } from './eventually.js';
import { allRoutes } from './routes.js';

/** Every path, with `$` for its variable part, and some that do not exist. */
const ROUTES = [
  ...new Set(allRoutes().map(({ path }) => path.replaceAll(/:\w+/g, '$$'))),
  '/$',
  '/$/$',
  '*',
  'http://$/heal/1',
];
const NASTY = [
  ...[
    '..',
    '.',
    '%2e%2e',
    '..%2f..%2fetc%2fpasswd',
    '%00',
    '%',
    '%zz',
    '%c3%28',
    '%ff',
    '\\',
    '//',
    ';',
    '__proto__',
  ],
  ...[
    'constructor',
    'toString',
    'hasOwnProperty',
    '-0',
    '+1',
    '1e9',
    '0x10',
    'NaN',
    'null',
    '9223372036854775808',
  ],
  ...[
    '-9223372036854775808',
    '%0d%0aX:%20y',
    '%1b%5b31m',
    '%E2%80%A8',
    '<script>',
    "'--",
    '$%7Bjndi:x%7D',
    'é',
  ],
];
const QUERIES = ['limit', 'cursor', 'from', 'to', 'order', 'state', 'label', '__proto__', 'limit[]', ''];
const BODIES = [
  '[1,"2",null,{"a":[1]},-0,1e400]',
  '{"__proto__":{"timeout":1},"constructor":{"prototype":{"paused":true}}}',
  '{"timeout":1e-9,"max_retries":-1,"labels":{"__proto__":"x"},"channels":["__proto__"]}',
  '{"labels":{"a\\u0000b":"\\ud800"},"paused":"yes"}',
  '\u00ff\u00fe[1]',
  '1\n2\n"__proto__"\n\n',
  '["\\ud800"]',
];

const segment = fc.oneof(
  fc.constantFrom(...NASTY),
  fc.integer().map(String),
  fc.string({ maxLength: 300 }).map((text) => text.replaceAll(/[^!-~]/g, '%20')),
);
const value = fc.oneof(segment, fc.constantFrom('1', '0', '-1', 'asc', 'failed', 'dead', 'a:b', 'YXNjOjE'));
const query = fc.array(fc.tuple(fc.constantFrom(...QUERIES), value), { maxLength: 3 });
const body = fc.oneof(
  { weight: 3, arbitrary: fc.constant('') },
  fc.constantFrom(...BODIES),
  fc.json({ maxDepth: 4 }),
  fc.integer({ min: 1, max: 400 }).map((depth) => '['.repeat(depth)),
  fc.integer({ min: 1000, max: 5000 }).map((length) => '1,'.repeat(length)),
);
const HEADERS = [
  'Authorization: Bearer app',
  'Authorization: Bearer nobody',
  'Authorization: Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiI1In0.',
  'Authorization: Basic Og==',
  'X-Request-Id: a b',
  'X-Request-Id: __proto__',
  'Origin: null',
  'Sec-Fetch-Site: cross-site',
  'Expect: 100-continue',
  'Expect: nothing',
  'Upgrade: h2c',
  'Accept-Encoding: gzip;q=x',
  'Content-Type: application/x-www-form-urlencoded',
  'Range: bytes=0-',
  'If-None-Match: *',
];
/** A hostile request, with or without a key. */
export const hostileRequest = fc.record({
  method: fc.constantFrom('GET', 'HEAD', 'PUT', 'POST', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE'),
  route: fc.constantFrom(...ROUTES),
  segments: fc.array(segment, { minLength: 2, maxLength: 2 }),
  query,
  headers: fc.uniqueArray(fc.constantFrom(...HEADERS), { maxLength: 4 }),
  isOps: fc.boolean(),
  body,
  framing: fc.constantFrom('length', 'length', 'length', 'chunked', 'short', 'none'),
});

type HostileRequest = typeof hostileRequest extends fc.Arbitrary<infer Made> ? Made : never;

/** The bytes of a request, in latin1. */
function wire({
  method,
  route,
  segments: [one = '', two = ''],
  query: pairs,
  headers,
  isOps,
  body: content,
  framing,
}: HostileRequest): string {
  const path = route.replace('$', () => one).replace('$', () => two);
  const search = pairs.map(([name, text]) => `${name}=${text}`).join('&');
  const chunked = `${content.length.toString(16)}\r\n${content}\r\n${content === '' ? '' : '0\r\n\r\n'}`;
  const [length, sent] = {
    length: [`Content-Length: ${content.length}`, content],
    short: [`Content-Length: ${Math.floor(content.length / 2)}`, content],
    chunked: ['Transfer-Encoding: chunked', chunked],
    none: ['X-None: 1', ''],
  }[framing] as [string, string];
  // The first header of a name counts.
  const credentials = isOps ? ['Authorization: Bearer ops'] : [];
  return [
    `${method} ${path}${search === '' ? '' : `?${search}`} HTTP/1.1`,
    'Host: heartbeat',
    'Connection: close',
    ...credentials,
    ...headers,
    length,
    '',
    sent,
  ].join('\r\n');
}

/** The response to a hostile request. */
interface HostileAnswer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/** Sends it over a connection of its own, and reads the first final response. */
async function answerTo(port: number, request: HostileRequest): Promise<HostileAnswer> {
  const client = new RawClient(port);
  client.send(wire(request));
  try {
    return await eventually(() => finalAnswer(client.received, request.method === 'HEAD'), {
      every: 2,
    });
  } finally {
    client.socket.destroy();
  }
}

/** A response to HEAD has a length and no body. */
function finalAnswer(all: string, isHead: boolean): HostileAnswer {
  const received = all.replace(/^(?:HTTP\/1\.1 100 [^\r]*\r\n\r\n)+/, '');
  const end = received.indexOf('\r\n\r\n');
  expect(end, received).to.be.above(0);
  const head = received.slice(0, end);
  // No part of the request has become a header of the response.
  expect(head).to.not.match(/^x:/im);
  const length = isHead ? 0 : Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? 0);
  const text = received.slice(end + 4, end + 4 + length);
  expect(text).to.have.length(length);
  const type = /^content-type: (.+)$/im.exec(head)?.[1]?.trim() ?? '';
  return { status: Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1]), type, text };
}

/** Pings are answered as other monitors answer them, and signed links with a page for people. */
const FORMS = [
  ['/ping/', /^(\{"error":"|[a-z ]+$)/],
  ['/links/', /^(\{"error":"|<!doctype html>)/],
] as const;

/** Sends it, and expects a response in our form that is not a 500. */
export async function expectNoFault(port: number, request: HostileRequest): Promise<void> {
  const { status, type, text } = await answerTo(port, request);
  expect(status, text).to.be.within(200, 499);
  if (type === 'application/json' && text !== '') expect(JSON.parse(text)).to.be.an('object');
  const form = FORMS.find(([route]) => request.route.startsWith(route))?.[1] ?? /^\{"error":"/;
  if (status >= 400 && request.method !== 'HEAD') expect(text).to.match(form);
}
