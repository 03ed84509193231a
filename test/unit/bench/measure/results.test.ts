import { expect } from 'chai';

import { markdownText } from '../../../../bench/report/markdown.js';
import {
  judged,
  merged,
  parseResults,
  type Results,
  type RowResult,
} from '../../../../bench/report/results.js';
import { tableText } from '../../../../bench/report/table.js';
import { boundText, spreadText, valueText } from '../../../../bench/report/values.js';
import { atLeast, atMost, type Row } from '../../../../bench/row.js';

const row: Row = {
  name: 'heal',
  title: 'PUT /heal',
  needs: [],
  goals: { 'of bare': atLeast(0.75, 0.9), p99: atMost(50) },
  run: () => Promise.reject(new Error('not run here')),
};

const figures = judged(row, {
  figures: [
    { name: 'of bare', unit: '×', rounds: [0.7, 0.8, 0.95] },
    { name: 'p99', unit: 'ms', rounds: [61.25] },
    { name: 'heartbeat', unit: '/s', rounds: [20_500.4, 21_000] },
    { name: 'unmeasured', unit: 'ms', rounds: [NaN] },
  ],
});

function resultOf(name: string, changes: Partial<RowResult> = {}): RowResult {
  return {
    name,
    title: 'PUT /heal',
    quick: false,
    started_at: '2026-01-01T00:00:00.000Z',
    took_s: 1,
    load_average: [0.5, 0.4, 0.3],
    figures,
    notes: ['nothing failed'],
    points: [],
    ...changes,
  };
}

const machine = { cpu: 'Some CPU', cores: 2, memory_bytes: 2 ** 34, node: 'v20.19.0', kernel: 'linux 6.1' };
const results: Results = { machine, rows: [resultOf('heal')] };

describe('the results of the bench', () => {
  it('are judged by the median of the rounds', () => {
    const [ofBare, p99, plain, unmeasured] = figures;
    expect(ofBare).to.include({ median: 0.8, min: 0.7, max: 0.95, met: true, aim_met: false });
    expect(p99).to.include({ median: 61.25, met: false }).and.not.have.property('aim_met');
    expect(plain).not.to.have.any.keys('target', 'met', 'aim_met');
    expect(unmeasured).to.include({ median: null, min: null, max: null });
  });

  it('are not met by a row that was not measured', () => {
    const measured = judged(row, { figures: [{ name: 'p99', unit: 'ms', rounds: [] }] });
    expect(measured[0]).to.include({ met: false });
  });

  it('come back from JSON as they were', () => {
    expect(parseResults(JSON.stringify(results))).to.deep.equal(results);
    expect(parseResults('{"rows":[]}')).to.equal(undefined);
    expect(parseResults('no JSON')).to.equal(undefined);
  });

  it('keep the rows that were not measured again, in the order of the table', () => {
    const before = [resultOf('idle'), resultOf('heal', { took_s: 5 })];
    const now = [resultOf('heal', { took_s: 9 })];
    const kept = merged(['heal', 'batch', 'idle'], before, now);
    expect(kept.map(({ name, took_s }) => [name, took_s])).to.deep.equal([
      ['heal', 9],
      ['idle', 1],
    ]);
  });
});

describe('the table of results', () => {
  it('shows the median, the range of the rounds, the goal and whether it is met', () => {
    const lines = tableText(results).split('\n');
    expect(lines.find((line) => line.includes('of bare'))).to.match(
      /of bare +0\.80 × \(0\.70\.\.0\.95\) +≥ 0\.75 × +≥ 0\.90 × +met$/,
    );
    expect(lines.find((line) => line.includes('p99'))).to.match(/p99 +61\.3 ms +≤ 50 ms +not met$/);
    expect(lines.find((line) => line.includes('unmeasured'))).to.match(/unmeasured +none$/);
    expect(lines[0]).to.equal('Some CPU, 2 cores, 16 GiB, linux 6.1, Node v20.19.0');
  });

  it('says which rows were measured quickly, and why some were not at all', () => {
    const rows = [resultOf('heal', { quick: true }), resultOf('batch', { failed: 'needs wrk', figures: [] })];
    const text = tableText({ machine, rows });
    expect(text).to.include('[quick: shows that it runs, not how fast]');
    expect(text).to.match(/^batch: .*: needs wrk$/m);
  });

  it('is one table of the goals of the documents, and the rest below it', () => {
    const rows = [resultOf('heal'), resultOf('batch', { failed: 'needs a | b', figures: [] })];
    const text = markdownText({ machine, rows });
    expect(text).to.include('| `heal` | of bare | 0.80 × (0.70..0.95) | ≥ 0.75 × | ≥ 0.90 × | met |');
    expect(text).to.include('| `batch` | needs a \\| b |  |  |  |  |');
    expect(text).to.include('### heal\n');
    expect(text).to.include('- nothing failed');
  });
});

describe('values', () => {
  it('have as many digits as they are good for', () => {
    expect(valueText(20_500.4, '/s')).to.equal('20,500/s');
    expect(valueText(1_800, 'B')).to.equal('1,800 B');
    expect(valueText(0, 'users')).to.equal('0 users');
    expect(valueText(0.756, '×')).to.equal('0.76 ×');
    expect(valueText(12.34, 'ms')).to.equal('12.3 ms');
    expect(valueText(123.4, 'ms')).to.equal('123 ms');
  });

  it('of one round have no spread', () => {
    expect(spreadText(figures[1]!)).to.equal('61.3 ms');
    expect(spreadText(figures[2]!)).to.equal('20,750/s (20,500..21,000)');
  });

  it('have bounds that say which side is good', () => {
    expect(boundText({ atMost: 250 }, 'ms')).to.equal('≤ 250 ms');
    expect(boundText(undefined, 'ms')).to.equal('');
  });
});
