import { expect } from 'chai';
import fc from 'fast-check';

import { linearAxis, logarithmicAxis } from '../../../../bench/chart/axis.js';
import { drawChart } from '../../../../bench/chart/chart.js';
import { short } from '../../../../bench/chart/panel.js';

const positive = fc.array(fc.double({ noNaN: true, min: 1e-3, max: 1e9 }), { minLength: 1 });

describe('the axes of the chart', () => {
  it('begin at zero and end on a round number', () => {
    expect(linearAxis([37]).ticks).to.deep.equal([0, 10, 20, 30, 40]);
    expect(linearAxis([0.9, 0.2]).ticks.at(-1)).to.be.closeTo(1, 1e-9);
    expect(linearAxis([0]).ticks).to.deep.equal([0, 1]);
  });

  it('have the powers of ten equally far apart', () => {
    const { at, ticks } = logarithmicAxis([1_000, 300_000, 1_000_000]);
    expect(ticks).to.deep.equal([1_000, 10_000, 100_000, 1_000_000]);
    expect(ticks.map(at)).to.deep.equal([0, 1 / 3, 2 / 3, 1]);
  });

  for (const [name, axisOf] of [
    ['a linear one', linearAxis],
    ['a logarithmic one', logarithmicAxis],
    ['a fine logarithmic one', (values: number[]) => logarithmicAxis(values, { fine: true })],
  ] as const) {
    it(`keep every value between their ends: ${name}`, () => {
      fc.assert(
        fc.property(positive, (values) => {
          const { at, ticks } = axisOf(values);
          for (const value of values) expect(at(value)).to.be.within(-1e-9, 1 + 1e-9);
          expect(ticks.length).to.be.at.least(1);
          for (const tick of ticks) expect(at(tick)).to.be.within(-1e-9, 1 + 1e-9);
        }),
      );
    });
  }
});

describe('the chart', () => {
  const points = [1_000, 10_000, 1_000_000].map((users) => ({
    users,
    cpu_us_per_heal: 30 + Math.log10(users),
    heal_p99_ms: 5,
    rss_bytes_per_user: 2e6 / users + 1_700,
  }));

  it('has a dot for each figure of each population, memory only of very many, all within its card', () => {
    const svg = drawChart(points, 'a machine');
    expect(svg.match(/<circle/g)).to.have.length(3 + 3 + 1);
    const [, width = '', height = ''] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg) ?? [];
    for (const [, x, y] of svg.matchAll(/cx="([\d.]+)" cy="([\d.]+)"/g)) {
      expect(Number(x)).to.be.within(0, Number(width));
      expect(Number(y)).to.be.within(0, Number(height));
    }
    expect(svg).not.to.match(/NaN|Infinity|undefined/);
  });

  it('shows the memory for a user of all populations where none is very large', () => {
    expect(drawChart(points.slice(0, 2), '').match(/<circle/g)).to.have.length(3 * 2);
  });

  it('is drawn of one population too', () => {
    expect(drawChart(points.slice(0, 1), '')).not.to.match(/NaN|Infinity|undefined/);
  });

  it('names the machine, also with characters that XML reserves', () => {
    expect(drawChart(points, 'CPU <x> & y')).to.include('CPU &lt;x&gt; &amp; y');
  });

  it('has values with three digits at most', () => {
    expect([0.123, 4.26, 38.24, 999, 1_983, 300_000, 1_000_000].map(short)).to.deep.equal([
      '0.123',
      '4.26',
      '38.2',
      '999',
      '1.98k',
      '300k',
      '1M',
    ]);
  });
});
