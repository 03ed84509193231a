import { expect } from 'chai';
import { partitionOf, shardOf, shardWithin } from '../../../src/domain/shard.js';
import { SeededRandom } from '../../support/seeded-random.js';

const IDS = 100_000;

describe('the shard of an id', () => {
  // Stored records may depend on these: a change moves every user.
  it('stays the same for ever', () => {
    const pinned: readonly (readonly [id: string, sixteen: number, thousand: number])[] = [
      ['0', 1, 945],
      ['1', 15, 71],
      ['-1', 10, 650],
      ['42', 13, 589],
      ['12345', 11, 723],
      ['9007199254740993', 0, 480],
      ['175928847299117063', 1, 257],
      ['9223372036854775807', 13, 485],
      ['-9223372036854775808', 12, 708],
      ['web-1.example.com', 7, 591],
      ['', 11, 923],
    ];
    expect(pinned.map(([id]) => [id, shardOf(id, 16), shardOf(id, 1000)])).to.deep.equal(pinned);
  });

  it('is always one there is', () => {
    for (const shards of [1, 2, 3, 7, 16, 1000, 65_536]) {
      for (let id = -500; id < 500; id++) {
        const shard = shardOf(String(id), shards);
        expect(Number.isInteger(shard) && shard >= 0 && shard < shards).to.equal(true);
      }
    }
    expect(shardOf('anything', 1)).to.equal(0);
  });

  const random = new SeededRandom(20_240_229);
  const digits = (): string => String(Math.floor(random.next() * 1e9));
  const epoch = 1_420_070_400_000n;
  const kinds: readonly (readonly [name: string, nth: (n: number) => string])[] = [
    ['that count upwards', (n) => String(n)],
    ['that count upwards from far', (n) => String(9_007_199_254_740_993n + BigInt(n))],
    ['in steps of 16', (n) => String(n * 16)],
    ['in steps of 1000', (n) => String(n * 1000)],
    ['that are negative', (n) => String(-1 - n)],
    ['by chance', () => `${1 + Math.floor(random.next() * 9)}${digits()}${digits()}`],
    // Milliseconds, a worker's number, and a sequence that is mostly 0, as in ids of Discord and Twitter.
    [
      'that are snowflakes, one a millisecond',
      (n) => String(((1_700_000_000_000n + BigInt(n) - epoch) << 22n) | (3n << 17n)),
    ],
    [
      'that are snowflakes, in bursts of many workers',
      (n) =>
        String(
          ((1_700_000_000_000n + BigInt(n >> 6) * 37n - epoch) << 22n) |
            (BigInt(n % 4) << 17n) |
            BigInt((n >> 2) % 16),
        ),
    ],
    ['that are names', (n) => `node-${n}.example.com`],
  ];

  for (const [name, nth] of kinds) {
    for (const shards of [16, 1000]) {
      it(`spreads ids ${name} over ${shards} shards as evenly as chance would`, () => {
        const counts = new Array<number>(shards).fill(0);
        for (let n = 0; n < IDS; n++) counts[shardOf(nth(n), shards)]!++;
        const mean = IDS / shards;
        // In a random distribution, the size of a shard deviates by 1 / √mean of the mean; five times that is one in a million.
        const most = Math.max(...counts.map((count) => Math.abs(count - mean))) / mean;
        expect(most).to.be.below(5 / Math.sqrt(mean));
        const chiSquared = counts.reduce((sum, count) => sum + (count - mean) ** 2 / mean, 0);
        expect(chiSquared / (shards - 1)).to.be.below(1 + 5 * Math.sqrt(2 / (shards - 1)));
      });
    }
  }
});

describe('the partition of a user', () => {
  it('does not depend on how many shards each partition has, and all its shards are used', () => {
    for (const partitions of [1, 2, 7, 64]) {
      const used = new Set<string>();
      for (let id = 0; id < 5000; id++) {
        const few = shardOf(String(id), partitions);
        const shard = shardOf(String(id), 4 * partitions);
        expect(partitionOf(shard, partitions)).to.equal(few);
        used.add(`${few} ${shardWithin(shard, partitions)}`);
      }
      expect(used.size).to.equal(4 * partitions);
    }
  });

  it('has the same shards as ever if it is the only one', () => {
    for (let id = 0; id < 100; id++) {
      const shard = shardOf(String(id), 16);
      expect(partitionOf(shard, 1)).to.equal(0);
      expect(shardWithin(shard, 1)).to.equal(shard);
    }
  });
});
