import fc from 'fast-check';
import { expect } from 'chai';
import { OutputTail } from '../../../src/cli/run/output-tail.js';

describe('the end of the output of a job', () => {
  it('has the last bytes, and begins with a whole character', () => {
    const tail = new OutputTail(10);
    for (const part of ['abc', 'déf', 'ghi', 'jkl']) tail.push(Buffer.from(part));
    expect(tail.text(100)).to.equal('abcdéfghijkl'.slice(3));
    expect(tail.text(7)).to.equal('fghijkl');
    expect(tail.text(8)).to.equal('fghijkl');
    expect(tail.text(9)).to.equal('éfghijkl');
    expect(tail.text(0)).to.equal('');
  });

  it('is never longer than the limit, whatever the bytes are, and remembers enough for it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 30 }), { maxLength: 20 }),
        fc.integer({ min: 0, max: 40 }),
        (parts, limit) => {
          const tail = new OutputTail(40);
          for (const part of parts) tail.push(Buffer.from(part));
          const text = tail.text(limit);
          expect(Buffer.byteLength(text)).to.be.at.most(limit);
          const all = Buffer.concat(parts.map((part) => Buffer.from(part)));
          if (all.every((byte) => byte < 0x80))
            expect(text).to.equal(all.subarray(Math.max(0, all.length - limit)).toString());
        },
      ),
    );
  });
});
