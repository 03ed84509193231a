import { expect } from 'chai';
import { connectionsWithin, parseMost } from '../../../src/adapters/process/descriptors.js';
import { memoryInUse } from '../../../src/adapters/process/memory-in-use.js';

describe('what a process may have open', () => {
  it('is read from what Linux says of its limits', () => {
    const limits = [
      'Limit                     Soft Limit           Hard Limit           Units     ',
      'Max open files            1024                 524288               files     ',
    ];
    expect(parseMost(limits.join('\n'))).to.equal(1024);
    expect(parseMost('Max open files            unlimited            unlimited            files')).to.equal(
      undefined,
    );
  });

  it('leaves a quarter to the store and the channels, and lets in one connection at least', () => {
    expect(connectionsWithin(1024)).to.equal(704);
    expect(connectionsWithin(20)).to.equal(1);
    expect(connectionsWithin(undefined)).to.equal(Infinity);
  });

  it('reports part of the memory if no descriptor is left to read the rest', () => {
    const known = memoryInUse(() => {
      throw new Error('EMFILE: too many open files, uv_resident_set_memory');
    });
    expect(known.heapUsed).to.be.above(0);
    expect(known.rss).to.equal(undefined);
  });
});
