import { expect } from 'chai';
import { ProcessWatch } from '../../../src/adapters/process/process-facts.js';
import { eventually } from '../../support/eventually.js';

describe('the facts of the process', () => {
  let watch: ProcessWatch;

  beforeEach(() => {
    watch = new ProcessWatch();
  });

  afterEach(() => {
    watch.stop();
  });

  it('are plain numbers, from the first reading on', () => {
    const { event_loop_delay_ms: delay, ...facts } = watch.read();
    expect(facts.pid).to.equal(process.pid);
    expect(facts.rss_bytes).to.be.above(facts.heap_used_bytes).and.above(1e6);
    expect(delay).to.deep.equal({ p50: 0, p99: 0, max: 0 });
  });

  it('say how late the event loop was, since the last reading', async () => {
    const block = new Int32Array(new SharedArrayBuffer(4));
    let looks = 0;
    await eventually(() => {
      // It measures between ticks: one before the stall, one after it, and then the read.
      looks++;
      if (looks % 4 === 2) Atomics.wait(block, 0, 0, 150);
      expect(looks % 4).to.equal(0);
      const { max, p50 } = watch.read().event_loop_delay_ms;
      expect(max).to.be.within(50, 60_000);
      expect(p50).to.be.at.most(max);
    });
    expect(watch.read().event_loop_delay_ms, 'a reading begins anew').to.deep.equal({
      p50: 0,
      p99: 0,
      max: 0,
    });
  });
});
