import { expect } from 'chai';
import { Lines } from './lines.js';

describe('the pretty log', () => {
  it('has one line for an event, that a person can read', () => {
    const lines = new Lines({ format: 'pretty' });
    lines.logger.info('ready', {
      url: 'http://127.0.0.1:3519',
      users: 3,
      text: 'two words',
      list: [1],
      none: null,
    });
    expect(lines.one).to.match(/^\d\d:\d\d:\d\d\.\d{3} info ready /);
    expect(lines.one.slice(13)).to.equal(
      'info ready url=http://127.0.0.1:3519 users=3 text="two words" list=[1] none=null',
    );
  });

  it('is coloured on a terminal, and nowhere else', () => {
    const coloured = '\u001b[32minfo\u001b[39m ready';
    const terminal = new Lines({ format: 'pretty' }, { isTerminal: true });
    terminal.logger.info('ready');
    expect(terminal.one).to.include(coloured);
    const json = new Lines({}, { isTerminal: true });
    json.logger.info('ready');
    expect(json.one).to.not.include('\u001b');
    for (const env of [{ NO_COLOR: '1' }, { TERM: 'dumb' }]) {
      const plain = new Lines({ format: 'pretty' }, { isTerminal: true, env });
      plain.logger.info('ready');
      expect(plain.one).to.not.include('\u001b');
    }
    const file = new Lines({ format: 'pretty' });
    file.logger.info('ready');
    expect(file.one).to.not.include('\u001b');
  });

  it('keeps an error with its stack and causes on the line', () => {
    const lines = new Lines({ format: 'pretty' });
    lines.logger.error('failed', {
      error: new Error('outer\nline', { cause: new Error('inner') }),
      message: 'heal',
    });
    expect(lines.one).to.include('"outer\\nline"').and.include('"inner"').and.include('message=heal');
  });

  it('escapes control characters in fields and events', () => {
    const lines = new Lines({ format: 'pretty' });
    const evil = 'x\n12:00:00.000 error forged\r\u2028\u0085\u001b[2K\u009b2K\0';
    lines.logger.info(`event ${evil}`, { id: evil, nested: { evil }, [evil]: 1 });
    // oxlint-disable-next-line no-control-regex -- these are what it is about
    expect(lines.one).to.not.match(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
  });

  it('never throws, with any fields', () => {
    const lines = new Lines({ format: 'pretty' });
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    lines.logger.info('odd', { circular, id: 1n, none: undefined, fn: () => 1, symbol: Symbol('s') });
    expect(lines.one).to.include('id="1"').and.include('none="undefined"');
  });
});
