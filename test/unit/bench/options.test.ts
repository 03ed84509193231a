import { expect } from 'chai';

import { readBenchOptions } from '../../../src/cli/bench/options.js';

const given = { users: '100', batch: '1', duration: '60', sessionTimeout: '7' };

describe('the options of heartbeat bench', () => {
  it('are read as numbers, fractions of seconds among them', () => {
    const all = {
      users: '1000000',
      batch: '1000',
      duration: '0.5',
      sessionTimeout: '2.5',
      url: 'http://h:1',
      seed: '0',
      json: true,
    };
    expect(readBenchOptions(all)).to.deep.equal({
      users: 1_000_000,
      batch: 1_000,
      durationSeconds: 0.5,
      sessionTimeoutSeconds: 2.5,
      url: 'http://h:1',
      seed: 0,
      json: true,
    });
  });

  it('have a seed chosen when none is given', () => {
    expect(readBenchOptions(given))
      .to.have.property('seed')
      .that.is.within(0, 2 ** 32 - 1);
  });

  for (const wrong of ['0', '1000001', '1.5', '-1', '', '1e3', '0x10', 'many', ' 5']) {
    it(`refuse '${wrong}' users`, () => {
      expect(readBenchOptions({ ...given, users: wrong })).to.deep.equal([
        `--users must be a whole number from 1 to 1000000, not '${wrong}'`,
      ]);
    });
  }

  it('are refused with every problem, one a line', () => {
    const wrong = {
      users: '0',
      batch: '10001',
      duration: '0',
      sessionTimeout: '-7',
      url: 'localhost:3519',
      seed: '4294967296',
    };
    expect(readBenchOptions(wrong)).to.deep.equal([
      "--users must be a whole number from 1 to 1000000, not '0'",
      "--batch must be a whole number from 1 to 10000, not '10001'",
      "--duration must be a number of seconds above 0, not '0'",
      "--session-timeout must be a number of seconds above 0, not '-7'",
      "--seed must be a whole number from 0 to 4294967295, not '4294967296'",
      "--url must be an http:// or https:// address, not 'localhost:3519'",
    ]);
  });
});
