import { expect } from 'chai';
import { Lines } from './lines.js';

describe('the log as JSON', () => {
  let lines: Lines;

  beforeEach(() => {
    lines = new Lines();
  });

  it('has one line for an event: when, how bad, what, and its fields', () => {
    lines.logger.info('ready', { milliseconds: 12, users: 3, path: null, nested: { a: [1, 2] } });
    const { timestamp, ...rest } = lines.data;
    expect(rest).to.deep.equal({
      level: 'info',
      message: 'ready',
      milliseconds: 12,
      users: 3,
      path: null,
      nested: { a: [1, 2] },
    });
    expect(new Date(String(timestamp)).toISOString()).to.equal(timestamp);
    expect(lines.one).to.match(/^{"timestamp":"[^"]+","level":"info","message":"ready",/);
  });

  it('needs no fields', () => {
    lines.logger.warn('alone');
    expect(lines.data).to.have.all.keys('timestamp', 'level', 'message');
  });

  it('keeps the order of events', () => {
    for (let n = 0; n < 100; n++) lines.logger.info('event', { n });
    expect(lines.all.map((line) => (JSON.parse(line) as { n: number }).n)).to.deep.equal(
      Array.from({ length: 100 }, (_, n) => n),
    );
  });

  // winston appends a field called `message` to the message.
  it('keeps the event with fields of any name', () => {
    lines.logger.error('actor crashed', {
      message: 'heal',
      level: 'high',
      timestamp: 0,
      stack: 'none',
      cause: 'unknown',
      splat: [1],
      constructor: 'x',
    });
    expect(lines.data).to.deep.include({
      level: 'error',
      message: 'actor crashed',
      message_: 'heal',
      level_: 'high',
      timestamp_: 0,
      stack: 'none',
      cause: 'unknown',
      splat: [1],
    });
  });

  // winston drops all fields of a message with a `%d` in it.
  it('formats nothing', () => {
    lines.logger.info('100%d %s %j', { n: 1 });
    expect(lines.data).to.include({ message: '100%d %s %j', n: 1 });
  });

  it('tells an error with its code, its stack and all its causes', () => {
    const root = Object.assign(new RangeError('too far'), { code: 'HEARTBEAT_X' });
    const error = new Error('outer', { cause: new TypeError('middle', { cause: root }) });
    lines.logger.error('failed', { error });
    const { error: told } = lines.data;
    expect(told).to.include({ name: 'Error', message: 'outer' });
    expect(told).to.nested.include({ 'cause.name': 'TypeError', 'cause.message': 'middle' });
    expect(told).to.nested.include({ 'cause.cause.message': 'too far', 'cause.cause.code': 'HEARTBEAT_X' });
    expect(told).to.have.property('stack').that.includes('json.test.ts');
    expect(told).to.not.have.nested.property('cause.cause.cause');
  });

  it('tells errors wherever they are', () => {
    const both = new AggregateError([new Error('a'), 'b'], 'both');
    lines.logger.error('failed', {
      errors: [new Error('in a list')],
      both,
      why: { deep: new Error('deep') },
    });
    expect(lines.data).to.nested.include({
      'errors[0].message': 'in a list',
      'both.errors[0].message': 'a',
      'both.errors[1]': 'b',
      'why.deep.message': 'deep',
    });
  });

  it('shows a cause that is not an error, and ends at a cycle of causes', () => {
    const round = new Error('round');
    round.cause = new Error('and round', { cause: round });
    lines.logger.error('failed', { error: new Error('x', { cause: { status: 7 } }), round });
    expect(lines.data).to.nested.include({ 'error.cause.status': 7, 'round.cause.cause.message': 'round' });
  });

  it('never throws, with any fields', () => {
    const circular: Record<string, unknown> = { name: 'circular' };
    circular.self = circular;
    const hostile = {
      toJSON: () => {
        throw new Error('no');
      },
    };
    lines.logger.info('odd', { circular });
    lines.logger.info('odd', { hostile });
    lines.logger.info('odd', { id: 9007199254740993n, none: undefined, fn: () => 1, symbol: Symbol('s') });
    expect(lines.all).to.have.length(3);
    expect(lines.all[0]).to.include('circular');
    expect(JSON.parse(lines.all[2]!)).to.include({ id: '9007199254740993' });
  });

  it('escapes control characters in fields', () => {
    const evil = 'x\n{"level":"error","message":"forged"}\r\n\u2028\u2029\u0085\u001b[2K\u009b2K\0"\\';
    lines.logger.info('request', { request_id: evil, [`key${evil}`]: 1 });
    expect(lines.data).to.include({ message: 'request', request_id: evil });
    // oxlint-disable-next-line no-control-regex -- these are what it is about
    expect(lines.one).to.not.match(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
  });

  it('continues when its stream has no reader any more', async () => {
    lines.logger.info('before');
    lines.breakOff();
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    lines.logger.info('after');
    expect(lines.data).to.include({ message: 'before' });
  });
});

describe('the level of the log', () => {
  const levels = ['error', 'warn', 'info', 'debug'] as const;

  for (const level of levels) {
    it(`${level} lets through what is as bad or worse`, () => {
      const lines = new Lines({ level });
      for (const each of levels) lines.logger[each](`an ${each}`);
      expect(lines.all.map((line) => (JSON.parse(line) as { level: string }).level)).to.deep.equal(
        levels.slice(0, levels.indexOf(level) + 1),
      );
    });
  }

  it('does no work for lines below its level', () => {
    const lines = new Lines({ level: 'info' });
    const costly = {
      toJSON: () => expect.fail('asked for nothing'),
    };
    lines.logger.debug('heal', { costly });
    expect(lines.all).to.deep.equal([]);
  });
});
