import { expect } from 'chai';
import { crc32 } from 'node:zlib';
import { isSound, sealed, unsealed } from '../../../src/adapters/history/checksum.js';

const EMPTY = [Buffer.alloc(0), Buffer.allocUnsafe(5).subarray(5), Buffer.from('')];

describe('the checksum of a record', () => {
  it('is the CRC-32 of its key and value, whatever their lengths', () => {
    for (const keyLength of [1, 20, 63, 64, 65, 270])
      for (const value of [...EMPTY, Buffer.alloc(1, 7), Buffer.alloc(64, 7), Buffer.alloc(500, 7)]) {
        const key = Buffer.alloc(keyLength, 3);
        const stored = sealed(key, value);
        const whole = Buffer.concat([key, value]);
        expect(
          stored.readUInt32BE(value.length),
          `${String(keyLength)} and ${String(value.length)}`,
        ).to.equal(crc32(whole));
        expect(unsealed(key, stored)).to.deep.equal(Buffer.from(value));
        stored[stored.length - 1] = (stored.at(-1) ?? 0) ^ 1;
        expect(isSound(key, stored)).to.equal(false);
      }
  });

  it('may be 0 for a long key without a value, as such records were once written', () => {
    expect(isSound(Buffer.alloc(64, 3), Buffer.alloc(4))).to.equal(true);
    expect(isSound(Buffer.alloc(63, 3), Buffer.alloc(4))).to.equal(false);
    expect(isSound(Buffer.alloc(64, 3), Buffer.alloc(5))).to.equal(false);
  });
});
