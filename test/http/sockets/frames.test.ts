import { expect } from 'chai';
import { userIdsOf } from '../../../src/domain/user-id.js';
import { parseFrame, parseHealing, parseLeaving } from '../../../src/http/sockets/client-frames.js';

const integers = userIdsOf('integer');
const texts = userIdsOf('text');

describe('a frame of a client', () => {
  it('is parsed if it is right, with its ref', () => {
    for (const frame of [
      { type: 'auth', token: 'key', ref: 'a' },
      { type: 'heal', devices: [{ id: 7 }], liveness: 'page', ref: 0 },
      { type: 'heal', devices: [{ id: '7', device: 'phone', meta: { away: true } }] },
      { type: 'goodbye', devices: [{ id: 7, device: 'phone' }] },
      { type: 'beat', ref: -1 },
    ])
      expect(parseFrame(JSON.stringify(frame))).to.deep.equal(frame);
  });

  const devices = 'devices: must be a list of at least one device, such as {"id":7,"device":"tab-1"}';
  const users = 'users: must be a list of at least one id of a user';
  const types = 'type must be one of auth, heal, goodbye, watch, unwatch, beat';
  for (const [text, problem] of [
    ['', 'a frame must be a JSON object'],
    ['{', 'a frame must be a JSON object'],
    ['[]', 'a frame must be a JSON object'],
    ['null', 'a frame must be a JSON object'],
    ['7', 'a frame must be a JSON object'],
    ['{}', types],
    ['{"type":null}', types],
    ['{"type":"constructor"}', types],
    ['{"type":"__proto__"}', types],
    ['{"type":"beat","__proto__":1}', 'this name is not allowed'],
    ['{"type":"beat","more":1}', 'more: unknown field'],
    ['{"type":"auth"}', 'token: must be a key or a user token, as a string'],
    ['{"type":"auth","token":7}', 'token: must be a key or a user token, as a string'],
    ['{"type":"auth","token":""}', 'token: must be a key or a user token, as a string'],
    ['{"type":"heal"}', devices],
    ['{"type":"heal","devices":{}}', devices],
    ['{"type":"heal","devices":[]}', devices],
    ['{"type":"goodbye","devices":7}', devices],
    ['{"type":"goodbye","devices":[]}', devices],
    ['{"type":"heal","devices":[{"id":7}],"liveness":"tab"}', 'liveness: must be connection or page'],
    ['{"type":"heal","devices":[{"id":7}],"liveness":null}', 'liveness: must be connection or page'],
    ['{"type":"watch"}', users],
    ['{"type":"watch","users":"7"}', users],
    ['{"type":"unwatch","users":[]}', users],
    ['{"type":"beat","ref":null}', 'ref: must be a string of at most 64 characters, or a whole number'],
    ['{"type":"beat","ref":1.5}', 'ref: must be a string of at most 64 characters, or a whole number'],
  ] as const) {
    it(`is refused as ${text === '' ? 'nothing' : text}`, () => {
      expect(parseFrame(text)).to.deep.equal({ type: 'wrong', ref: undefined, problem });
    });
  }

  it('is refused with its ref, if that can be read', () => {
    expect(parseFrame('{"type":"wave","ref":"a"}')).to.deep.include({ type: 'wrong', ref: 'a' });
    expect(parseFrame('{"type":"beat","ref":7,"x":1}')).to.deep.include({ type: 'wrong', ref: 7 });
    expect(parseFrame(`{"type":"beat","ref":"${'a'.repeat(65)}"}`)).to.deep.include({ ref: undefined });
  });

  it('is refused if it is nested too deeply', () => {
    const deep = `{"type":"beat","ref":${'['.repeat(20_000)}${']'.repeat(20_000)}}`;
    expect(parseFrame(deep)).to.deep.include({ type: 'wrong' });
  });
});

describe('an entry of a frame', () => {
  it('has an id, and may have a device and meta', () => {
    expect(parseHealing(integers, { id: 7 })).to.deep.equal({ user: '7', meta: undefined });
    expect(parseHealing(integers, { id: '+07', device: 'a', meta: { b: 1 } })).to.deep.equal({
      user: '7',
      device: 'a',
      meta: '{"b":1}',
    });
    expect(parseHealing(texts, { id: '007', meta: null })).to.deep.equal({ user: '007', meta: null });
    expect(parseHealing(texts, { id: 7 })).to.deep.equal({ user: '7', meta: undefined });
    expect(parseLeaving(integers, { id: 7, device: 'a' })).to.deep.equal({ user: '7', device: 'a' });
  });

  it('loses no digit of an id: a number that JSON may have changed is none', () => {
    const id = '9007199254740993';
    expect(parseLeaving(integers, { id })).to.deep.equal({ user: id });
    for (const wrong of [2 ** 53, -(2 ** 53), 1.5, -0, NaN])
      expect(parseLeaving(integers, { id: wrong }), String(wrong)).to.equal(undefined);
  });

  for (const wrong of [
    7,
    '7',
    null,
    [],
    {},
    { id: null },
    { id: 'nobody' },
    { id: 7, device: '' },
    { id: 7, device: 'a b' },
    { id: 7, meta: 'away' },
    { id: 7, meta: [] },
    { id: 7, meta: { long: 'x'.repeat(1024) } },
    { id: 7, more: 1 },
  ]) {
    it(`is none as ${JSON.stringify(wrong).slice(0, 60)}`, () => {
      expect(parseHealing(integers, wrong)).to.equal(undefined);
    });
  }

  it('has no meta if it leaves, and no device without a name', () => {
    expect(parseHealing(integers, { id: 7, device: null })).to.deep.equal({ user: '7', meta: undefined });
    expect(parseLeaving(integers, { id: 7, device: null })).to.equal(undefined);
    expect(parseLeaving(integers, { id: 7, meta: {} })).to.equal(undefined);
  });
});
