import { expect } from 'chai';

import { missingText } from '../../../../bench/tools.js';

describe('the tools of the bench', () => {
  it('are named with the way to get them when they are missing', () => {
    expect(missingText(new Set(['wrk', 'erl', 'cowboy', 'postgres']))).to.equal(
      'not installed: redis-server, redis-benchmark; rows that need them are skipped\n' +
        'to install them: apt-get install redis-server redis-tools',
    );
    expect(
      missingText(new Set(['wrk', 'redis-server', 'redis-benchmark', 'erl', 'cowboy', 'postgres'])),
    ).to.equal(undefined);
  });
});
