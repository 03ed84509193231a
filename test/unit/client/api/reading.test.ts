import { expect } from 'chai';
import fc from 'fast-check';
import { parseExactJson } from '../../../../src/domain/exact-json.js';
import { Mismatch, ShapeReader, type Shape } from '../../../../src/client/api/shape.js';
import { EventParser } from '../../../../src/client/api/server-sent-events.js';

describe('JSON that is read exactly', () => {
  it('is what JSON.parse reads, for everything that JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), (text) => {
        expect(asNumbers(parseExactJson(text))).to.deep.equal(JSON.parse(text));
      }),
    );
  });

  it('keeps every digit of an integer, wherever it stands and whatever is around it', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }), fc.string(), (integer, key) => {
        const text = `{${JSON.stringify(key)}: [${integer}, ${JSON.stringify(`"id":${integer}`)}, ${integer}]}`;
        const isSafe = Number.isSafeInteger(Number(integer));
        const read = isSafe ? Number(integer) : integer;
        expect(parseExactJson(text)).to.deep.equal(
          Object.fromEntries([[key, [read === 0 ? 0 : read, `"id":${integer}`, read === 0 ? 0 : read]]]),
        );
      }),
    );
  });

  it('leaves fractions, exponents and strings as they are', () => {
    const text = '{"a":0.12345678901234567890,"b":1e0000000000000016,"c":"12345678901234567890","\\"id":1}';
    expect(parseExactJson(text)).to.deep.equal(JSON.parse(text));
    expect(parseExactJson('12345678901234567890')).to.equal(12345678901234567890n);
  });

  it('refuses what is no JSON', () => {
    for (const text of [
      '',
      '{',
      '{12345678901234567890:1}',
      '012345678901234567890',
      '1234567890123456 7',
      '-',
    ])
      expect(() => parseExactJson(text), text).to.throw(SyntaxError);
  });
});

describe('an answer', () => {
  const shapes: Record<string, Shape> = {
    Event: {
      either: [
        {
          fields: {
            type: { as: 'type', shape: { is: 'one' } },
            at_ms: { as: 'at', shape: 'millis' },
            at: null,
          },
        },
        { fields: { type: { as: 'type', shape: { among: ['two', 'three'] } } } },
      ],
    },
  };
  const reader = new ShapeReader(shapes, String);

  it('is read by its shape: names, instants, ids, and data as it is', () => {
    const shape: Shape = {
      fields: {
        next_cursor: { as: 'nextCursor', shape: { either: ['text', 'null'] } },
        since: { as: 'since', shape: 'instant' },
        ids: { as: 'ids', shape: { list: 'id' } },
        meta: { as: 'meta', shape: 'any' },
        labels: { as: 'labels', shape: { map: 'text' } },
        absent: { as: 'absent', shape: 'flag', optional: true },
        last_event: { as: 'lastEvent', shape: { ref: 'Event' } },
      },
    };
    const value = {
      next_cursor: null,
      since: 1,
      ids: [7, 12345678901234567890n, 'ann'],
      meta: { snake_case: [12345678901234567890n] },
      labels: { __proto__: 'x', snake_case: 'y' },
      last_event: { type: 'one', at: 5, at_ms: 5001 },
      of_a_later_daemon: { snake_case: 1 },
    };
    expect(reader.read(shape, value)).to.deep.equal({
      nextCursor: null,
      since: new Date(1000),
      ids: ['7', '12345678901234567890', 'ann'],
      meta: { snake_case: [Number('12345678901234567890')] },
      labels: { snake_case: 'y' },
      lastEvent: { type: 'one', at: new Date(5001) },
      ofALaterDaemon: { snake_case: 1 },
    });
  });

  it('keeps a key that is __proto__ as data', () => {
    const read = reader.read({ map: 'text' }, JSON.parse('{"__proto__":"x"}')) as object;
    expect(Object.keys(read)).to.deep.equal(['__proto__']);
    expect(Object.getPrototypeOf(read)).to.equal(Object.prototype);
  });

  it('is refused if it is not what its shape says, with the place', () => {
    for (const [shape, value, place] of [
      ['text', 1, 'the answer'],
      ['number', '1', 'the answer'],
      ['flag', 0, 'the answer'],
      ['id', 1.5, 'the answer'],
      ['id', 2 ** 53, 'the answer'],
      ['instant', null, 'the answer'],
      [{ list: 'text' }, ['a', 1], '[1]'],
      [{ map: 'text' }, { a: 1 }, 'a'],
      [{ is: 'online' }, 'offline', 'the answer'],
      [{ fields: { a: { as: 'a', shape: 'text' } } }, {}, 'a'],
      [{ fields: { a: { as: 'a', shape: 'text' } } }, undefined, 'the answer'],
      [{ ref: 'Event' }, { type: 'four' }, 'the answer'],
      [{ either: ['text', 'null'] }, 1, 'the answer'],
    ] as const)
      expect(() => reader.read(shape, value)).to.throw(Mismatch, `${place} is not what the contract says`);
  });
});

describe('server-sent events', () => {
  it('are read the same, however they are cut', () => {
    const text =
      ': hello\nretry: 1500\n\nid: a-0\ndata: {"x":"\u00e9\u{1f600}"}\n\n:\n\nevent: other\r\nid:a-1\r\ndata: one\r\ndata:two\r\n\r\ndata\n\n';
    const bytes = new TextEncoder().encode(text);
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length)), (cuts) => {
        const parser = new EventParser();
        const places = [0, ...cuts.sort((one, other) => one - other), bytes.length];
        const events = places.flatMap((from, at) =>
          parser.push(bytes.subarray(from, places[at + 1] ?? from)),
        );
        expect(events).to.deep.equal([
          { id: 'a-0', data: '{"x":"\u00e9\u{1f600}"}' },
          { id: 'a-1', data: 'one\ntwo' },
          { id: 'a-1', data: '' },
        ]);
        expect(parser.retryMs).to.equal(1500);
      }),
    );
  });
});

function asNumbers(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(asNumbers);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, asNumbers(each)]));
}
