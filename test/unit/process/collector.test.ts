import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import { Collector } from '../../../src/adapters/process/collector.js';
import { SimulatedClock } from '../../support/simulated-clock.js';

const RARELY = [
  '--heap-growing-percent=200',
  '--gc-memory-reducer-start-delay-ms=600000',
  '--memory-reducer-single-gc',
];
const AS_EVER = [
  '--heap-growing-percent=0',
  '--gc-memory-reducer-start-delay-ms=8000',
  '--no-memory-reducer-single-gc',
];

describe('the collector', () => {
  it('is told to collect rarely while very many are alive, once for every change', async () => {
    const clock = new SimulatedClock();
    const flags: string[] = [];
    let alive = 0;
    const collector = new Collector(
      clock,
      () => alive,
      (flag) => flags.push(flag),
    );
    const told = async (now: number): Promise<string[]> => {
      alive = now;
      await clock.advance(3000);
      return flags.splice(0);
    };
    collector.start();
    expect(await told(99_999)).to.deep.equal([]);
    expect(await told(100_000)).to.deep.equal(RARELY);
    expect(await told(50_000)).to.deep.equal([]);
    expect(await told(49_999)).to.deep.equal(AS_EVER);
    expect(await told(75_000)).to.deep.equal([]);
    collector.stop();
    expect(await told(1_000_000)).to.deep.equal([]);
  });

  it('takes the flags that it is given, which V8 would refuse aloud', () => {
    const unknown: string[] = [];
    for (const flag of [...RARELY, ...AS_EVER]) {
      const { status, stderr } = spawnSync(process.execPath, [flag, '--eval', '0'], { encoding: 'utf8' });
      if (status !== 0) unknown.push(`${flag}: ${stderr}`);
    }
    expect(unknown).to.deep.equal([]);
  });
});
