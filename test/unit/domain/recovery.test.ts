import { expect } from 'chai';
import { planRecovery, silentSince, type Recovery } from '../../../src/domain/recovery.js';
import { instant } from '../../../src/domain/time.js';

const TIMEOUT = 7000;
const at = instant;

function plan(now: number, watermark?: number, previous?: Recovery, alive = watermark): Recovery {
  return planRecovery(
    {
      at: at(now),
      watermark: watermark === undefined ? undefined : at(watermark),
      aliveAt: alive === undefined ? undefined : at(alive),
      previous,
    },
    TIMEOUT,
  );
}

describe('the decision of a start about open sessions', () => {
  it('knows nothing on an empty directory, and begins to count', () => {
    expect(plan(100_000)).to.deep.equal({
      generation: 1,
      silent: [{ generation: 0, deadline: 107_000, endsAt: 107_000 }],
    });
  });

  it('gives one timeout to users heard in the last run, and ends them after its last sign of life', () => {
    expect(plan(100_000, 60_000)).to.deep.equal({
      generation: 1,
      silent: [{ generation: 0, deadline: 107_000, endsAt: 67_000 }],
    });
  });

  it('gives users who were silent during that whole run only the downtime of the daemon', () => {
    const first = plan(100_000, 60_000);
    // It ran for 2 s, and was down for 10 s.
    const second = plan(112_000, 102_000, first);
    expect(second).to.deep.equal({
      generation: 2,
      silent: [
        { generation: 0, deadline: 117_000, endsAt: 67_000 },
        { generation: 1, deadline: 119_000, endsAt: 109_000 },
      ],
    });
  });

  it('forgets users whose deadline passed while the daemon ran: their ends are stored', () => {
    const first = plan(100_000, 60_000);
    expect(plan(120_000, 107_000, first).silent.map(({ generation }) => generation)).to.deep.equal([1]);
    expect(plan(120_000, 106_999, first).silent.map(({ generation }) => generation)).to.deep.equal([0, 1]);
  });

  it('ends no session sooner than one timeout after the last answer, however old the watermark is', () => {
    const first = plan(100_000, 60_000, undefined, 68_000);
    expect(first.silent).to.deep.equal([{ generation: 0, deadline: 107_000, endsAt: 75_000 }]);
  });

  it('keeps users whose deadline had passed at its last sign of life and whose ends are not stored', () => {
    const first = plan(100_000, 60_000);
    const second = plan(120_000, 106_000, first, 110_000);
    expect(second.silent).to.deep.equal([
      { generation: 0, deadline: 117_000, endsAt: 67_000 },
      { generation: 1, deadline: 127_000, endsAt: 117_000 },
    ]);
  });

  it('in a crash loop, ends a silent user after one timeout during which the daemon ran', () => {
    let recovery = plan(0, 0);
    let lived = 0;
    let now = 0;
    while (recovery.silent.some(({ generation }) => generation === 0)) {
      lived += 500;
      recovery = plan(now + 500 + 30_000, now + 500, recovery);
      now += 30_500;
    }
    expect(lived).to.equal(TIMEOUT);
  });

  it('is not misled by a wall clock that was set back meanwhile', () => {
    const first = plan(100_000, 60_000);
    const second = plan(50_000, 102_000, first);
    expect(second.silent).to.deep.equal([
      { generation: 0, deadline: 57_000, endsAt: 67_000 },
      { generation: 1, deadline: 57_000, endsAt: 109_000 },
    ]);
  });
});

describe('a session found open', () => {
  const recovery = plan(112_000, 102_000, plan(100_000, 60_000));

  it('is grouped with users last heard in the same run', () => {
    expect(silentSince(recovery, 0).generation).to.equal(0);
    expect(silentSince(recovery, 1).generation).to.equal(1);
  });

  it('belongs to the latest of older runs, where its own has no group', () => {
    const later = plan(130_000, 113_000, recovery);
    expect(later.silent.map(({ generation }) => generation)).to.deep.equal([0, 1, 2]);
    expect(silentSince({ ...later, silent: later.silent.slice(0, 2) }, 7).generation).to.equal(1);
    expect(silentSince({ ...later, silent: later.silent.slice(1) }, 0).generation).to.equal(1);
  });

  it('is absent if no user is silent', () => {
    expect(() => silentSince({ generation: 3, silent: [] }, 1)).to.throw(RangeError);
  });
});
