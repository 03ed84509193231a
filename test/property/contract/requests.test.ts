import { expect } from 'chai';
import fc from 'fast-check';
import { openApi } from '../../../src/http/contract/document.js';
import { valueIn, type JsonSchema } from '../../../src/http/contract/openapi.js';
import { parseNodeName } from '../../../src/domain/node-name.js';
import { parseAlertId } from '../../../src/domain/alert-id.js';
import { parseUserId, userIdsOf } from '../../../src/domain/user-id.js';
import { parseEntry } from '../../../src/http/users/batch-entry.js';
import { parseAlertListing } from '../../../src/http/alerts/alert-query.js';
import { ValueScanner } from '../../../src/http/input/value-scanner.js';
import { pageQuery, parsePage } from '../../../src/http/input/paging.js';
import { rhythmQuery } from '../../../src/http/users/heart-rhythm.js';
import { parseAcknowledgement } from '../../../src/views/acknowledgement.js';
import { instant } from '../../../src/domain/time.js';
import { encodeName, parseListing, parseRange } from '../../../src/http/nodes/node-query.js';
import { settingsReader } from '../../../src/views/node-settings.js';
import { Contract } from '../../support/contract.js';
import { CONTRACT_LIMITS } from '../../support/routes.js';

const RUNS = { numRuns: 2_000 };

/** Texts that are ids, or almost. */
const digits = fc.string({ unit: fc.constantFrom(...Array.from('0123456789')), maxLength: 24 });
const nearlyUserId = fc.oneof(
  fc.tuple(fc.constantFrom('', '+', '-', '--', ' '), digits).map((parts) => parts.join('')),
  fc.bigInt({ min: -(2n ** 63n) - 20n, max: -(2n ** 63n) + 20n }).map(String),
  fc.bigInt({ min: 2n ** 63n - 20n, max: 2n ** 63n + 20n }).map(String),
  fc.bigInt({ min: -(2n ** 65n), max: 2n ** 65n }).map((id) => `00${String(id)}`.replace('00-', '-00')),
  fc.bigInt({ min: -(2n ** 65n), max: 2n ** 65n }).map(String),
  fc.string(),
);
const CROCKFORD = Array.from('0123456789ABCDEFGHJKMNPQRSTVWXYZ');
const nearlyAlertId = fc.string({
  unit: fc.constantFrom(...CROCKFORD, 'I', 'a'),
  minLength: 25,
  maxLength: 27,
});
const nearlyName = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.string({ unit: 'binary-ascii', maxLength: 300, minLength: 200 }),
  fc.constantFrom('', '.', '..', '...', '\n', '.\n', '..\n'),
);

describe('the contract', () => {
  const contract = new Contract(openApi(CONTRACT_LIMITS));

  const accepts = (schema: JsonSchema, value: unknown): boolean => contract.problems(schema, value) === '';

  function parameter(method: string, path: string, name: string): JsonSchema {
    const found = contract.find(method, path)?.operation.parameters.find((each) => each.name === name);
    if (found === undefined) throw new TypeError(`${method} ${path} has no ${name}`);
    return found.schema;
  }

  function body(method: string, path: string): JsonSchema {
    const found = contract.find(method, path)?.operation.requestBody?.content['application/json'];
    if (found === undefined) throw new TypeError(`${method} ${path} has no body`);
    return found.schema;
  }

  it('accepts a user id in a path exactly when the daemon does', () => {
    const validate = contract.validator(parameter('PUT', '/heal/1', 'user_id'));
    let ids = 0;
    fc.assert(
      fc.property(nearlyUserId, (text) => {
        const isId = parseUserId(text) !== undefined;
        if (isId) ids++;
        expect(validate(text), text).to.equal(isId);
      }),
      RUNS,
    );
    expect(ids).to.be.within(RUNS.numRuns / 10, (RUNS.numRuns * 9) / 10);
  });

  it('accepts the id of an alert exactly when the daemon does', () => {
    const validate = contract.validator(parameter('POST', `/alerts/x/redeliver`, 'id'));
    fc.assert(
      fc.property(nearlyAlertId, (text) => {
        expect(validate(text), text).to.equal(parseAlertId(text) !== undefined);
      }),
      RUNS,
    );
  });

  it('accepts the name of a node when the daemon does, except that it counts characters and not bytes', () => {
    const validate = contract.validator(parameter('GET', '/nodes/x', 'name'));
    fc.assert(
      fc.property(nearlyName, (text) => {
        const isShort = Buffer.byteLength(text) <= 255;
        const isName = parseNodeName(text) !== undefined;
        if (isShort || isName) expect(validate(text), JSON.stringify(text)).to.equal(isName);
      }),
      RUNS,
    );
  });

  it('accepts an element of a batch exactly when the daemon does', () => {
    const { items } = body('POST', '/heal') as { items: JsonSchema };
    const validate = contract.validator(items);
    const taken = (json: string): boolean => {
      const found: (string | undefined)[] = [];
      const ids = userIdsOf('integer');
      const scanner = new ValueScanner(
        (value, written) => {
          if (value === undefined) found.push(undefined);
          else found.push(written === 'nested' ? parseEntry(ids, value)?.user : ids.parse(value));
        },
        { longest: 256, longestNested: 8_192 },
      );
      scanner.write(Buffer.from(`[${json}]`));
      scanner.end();
      expect(found).to.have.length(1);
      return found[0] !== undefined;
    };
    const element = fc.oneof(
      nearlyUserId,
      fc.maxSafeInteger(),
      fc.double({ noNaN: true, noDefaultInfinity: true }).filter((number) => !Number.isInteger(number)),
      fc.constantFrom(null, true, {}, [1], { id: 1 }, { id: '1', device: 'a', meta: null }, { device: 'a' }),
      fc.constantFrom(
        { id: 1, device: '' },
        { id: 1, meta: { a: 1 } },
        { id: 1, meta: [] },
        { id: 1, other: 1 },
      ),
    );
    fc.assert(
      fc.property(element, (value) => {
        expect(validate(value), JSON.stringify(value)).to.equal(taken(JSON.stringify(value)));
      }),
      RUNS,
    );
  });

  const value = fc.oneof(
    fc.string({ maxLength: 6 }),
    fc.constantFrom('asc', 'desc', 'active', 'failed', 'pending', 'dead,pending', 'dead,', 'a:b', ':', 'a:'),
    fc.integer({ min: -10, max: 1_010 }).map(String),
    fc.integer({ min: -9_000_000_000_000, max: 9_000_000_000_000 }).map(String),
    fc.constantFrom('1e3', '1.0', '0x1', '-8640000000000', '8640000000000', '8640000000001'),
    fc.string({ maxLength: 20 }).map((text) => Buffer.from(text).toString('base64url')),
    fc.constantFrom('YXNjOjE', '01M8160K8C0000MBCVSRV9YN0E', '91M8160K8C0000MBCVSRV9YN0E'),
  );

  for (const [path, read] of [
    ['/nodes', (url) => parseListing(url, CONTRACT_LIMITS.page)],
    ['/nodes/x', (url) => parseRange(url, instant(0))],
    ['/nodes/x/flips', (url) => parsePage(url, pageQuery(CONTRACT_LIMITS.page), instant(0))],
    ['/heart_rhythm/1', (url) => parsePage(url, rhythmQuery(CONTRACT_LIMITS.page), instant(0))],
    ['/alerts', (url) => parseAlertListing(url, CONTRACT_LIMITS.page)],
  ] as readonly (readonly [string, (url: string) => unknown])[]) {
    it(`accepts every parameter of GET ${path} exactly when the daemon does`, () => {
      const parameters = contract
        .find('GET', path)
        ?.operation.parameters.filter(({ in: place }) => place === 'query');
      expect(parameters).to.have.length.greaterThan(1);
      for (const { name, schema } of parameters ?? []) {
        const validate = contract.validator(schema);
        fc.assert(
          fc.property(value, (text) => {
            let isTaken = true;
            try {
              read(`${path}?${new URLSearchParams({ [name]: text }).toString()}`);
            } catch {
              isTaken = false;
            }
            const sent = schema['type'] === 'integer' && /^-?\d{1,16}$/.test(text) ? Number(text) : text;
            const what = `${name}=${text}`;
            // Only the maker of a cursor knows its form.
            if (name !== 'cursor') expect(validate(sent), what).to.equal(isTaken);
            else if (isTaken) expect(validate(sent), what).to.equal(true);
          }),
          RUNS,
        );
      }
    });
  }

  it('accepts every cursor that the daemon makes', () => {
    const validate = contract.validator(parameter('GET', '/nodes', 'cursor'));
    fc.assert(
      fc.property(nearlyName, (text) => {
        const name = parseNodeName(text);
        if (name !== undefined) expect(validate(encodeName(name))).to.equal(true);
      }),
    );
  });

  // A schema counts code points where the daemon counts UTF-16 units, and knows no channels.
  const word = fc.oneof(fc.string({ maxLength: 5 }), fc.string({ minLength: 250, maxLength: 260 }));
  const odd = fc.constantFrom<unknown>(null, 'x', -1, 0, 1.5, true, [], {}, ['a', 'a'], { 'a:b': 'c' });
  // Mostly valid parts, so that a whole is accepted often enough.
  const orOdd = (good: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
    fc.oneof({ weight: 4, arbitrary: good }, { weight: 1, arbitrary: odd });
  const shortly = fc.oneof({ weight: 30, arbitrary: fc.stringMatching(/^[a-z]{1,3}$/) }, word);
  const anyTimeout = fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: 1, max: 40_000_000 }) },
    fc.double({ min: -1, max: 4e7, noNaN: true }),
  );
  // A schema cannot compare two fields: unit tests do.
  const adaptive = fc
    .record({ adaptive: fc.constantFrom(true, true, false), min: anyTimeout, more: fc.nat(1_000_000) })
    .map(({ adaptive: wanted, min, more }) => ({ adaptive: wanted, min, max: min + more }));
  const settings = fc.record(
    {
      timeout: orOdd(fc.oneof(anyTimeout, adaptive)),
      max_retries: orOdd(fc.integer({ min: -1, max: 1_000_001 })),
      labels: orOdd(fc.dictionary(shortly, shortly, { maxKeys: 40 })),
      depends_on: orOdd(
        fc.uniqueArray(
          fc.oneof({ weight: 30, arbitrary: fc.stringMatching(/^[a-z]{1,3}$/) }, fc.string({ maxLength: 3 })),
          { maxLength: 40 },
        ),
      ),
      paused: orOdd(fc.boolean()),
    },
    { requiredKeys: [] },
  );
  const withUnknown = settings.map((sent) => ({ ...sent, unknown: true }));

  it('accepts the settings of a node exactly when the daemon does', () => {
    const read = settingsReader(() => []);
    const validate = contract.validator(body('PUT', '/nodes/x'));
    let taken = 0;
    fc.assert(
      fc.property(fc.oneof({ weight: 4, arbitrary: settings }, withUnknown, odd), (sent) => {
        const isTaken = 'change' in read(sent);
        if (isTaken) taken++;
        expect(validate(sent), JSON.stringify(sent)).to.equal(isTaken);
      }),
      RUNS,
    );
    expect(taken).to.be.greaterThan(RUNS.numRuns / 20);
  });

  it('accepts an acknowledgement only when the daemon does', () => {
    const validate = contract.validator(body('POST', '/nodes/x/acknowledge'));
    const spaced = fc.oneof(word, fc.constantFrom(' ', '\n', ' a '));
    const sent = fc.record(
      {
        by: fc.oneof(spaced, odd),
        reason: fc.oneof(spaced, odd),
        until: fc.oneof(
          fc.double({ noNaN: true, noDefaultInfinity: true }),
          fc.integer({ min: 1 }),
          fc.constantFrom('2099-01-31', '2099-01-31T12:00Z', '4070908800', '-1h', 'soon', '', 9e12),
          odd,
        ),
        more: fc.constant(1),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(sent, (each) => {
        const isTaken = 'by' in parseAcknowledgement(each, instant(-Infinity));
        // The daemon trims spaces before it counts.
        if (validate(each)) expect(isTaken, JSON.stringify(each)).to.equal(true);
        else if (isTaken) expect(JSON.stringify(each)).to.match(/" |" *\\n| "/);
      }),
      RUNS,
    );
  });

  it('has examples of requests that match their schemas if they are answered with success', () => {
    let checked = 0;
    for (const { method, path, operation } of contract.calls) {
      const failed = Object.entries(operation.responses).flatMap(([status, { content = {} }]) =>
        Object.entries(content['application/json']?.examples ?? {})
          .filter(
            ([, answer]) => Number(status) >= 400 || JSON.stringify(valueIn(answer)).includes('"index"'),
          )
          .map(([name]) => name),
      );
      const parts = [
        ...operation.parameters.map(({ schema, examples = {} }) => ({ schema, examples })),
        ...Object.values(operation.requestBody?.content ?? {}).map(({ schema, examples = {} }) => ({
          schema,
          examples,
        })),
      ];
      for (const { schema, examples } of parts) {
        for (const [name, example] of Object.entries(examples)) {
          if (failed.includes(name)) continue;
          checked++;
          expect(accepts(schema, valueIn(example)), `${method} ${path} (${name})`).to.equal(true);
        }
      }
    }
    expect(checked).to.be.greaterThan(30);
  });
});
