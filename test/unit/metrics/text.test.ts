import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import { metricsText } from '../../../src/views/metrics/text.js';
import { NO_FACTS, Scraped } from '../../support/metrics.js';

describe("Prometheus's text format", () => {
  it('has help, type and a line for each sample', () => {
    const samples = [{ labels: { state: 'active' }, value: 3 }, { value: 0.5 }];
    const text = metricsText([{ name: 'nodes', help: 'Nodes.', type: 'gauge', samples }]);
    expect(text).to.equal('# HELP nodes Nodes.\n# TYPE nodes gauge\nnodes{state="active"} 3\nnodes 0.5\n');
  });

  it('adds up the buckets of a histogram, up to infinity', () => {
    const samples = [{ labels: { kind: 'minor' }, bounds: [0.1, 1], counts: [2, 3, 4], sum: 12.5 }];
    const text = metricsText([{ name: 'pause', help: 'Pauses.', type: 'histogram', samples }]);
    expect(text.split('\n').slice(2)).to.deep.equal([
      'pause_bucket{kind="minor",le="0.1"} 2',
      'pause_bucket{kind="minor",le="1"} 5',
      'pause_bucket{kind="minor",le="+Inf"} 9',
      'pause_sum{kind="minor"} 12.5',
      'pause_count{kind="minor"} 9',
      '',
    ]);
  });

  it('lets no label end its line', () => {
    const samples = [{ labels: { text: 'a "b"\\\nc' }, value: -Infinity }];
    const text = metricsText([{ name: 'odd', help: 'A \\ b.', type: 'gauge', samples }]);
    expect(text).to.equal('# HELP odd A \\\\ b.\n# TYPE odd gauge\nodd{text="a \\"b\\"\\\\\\nc"} -Inf\n');
  });

  it('is what promtool finds nothing to say of', () => {
    const input = metricsText(new Scraped(NO_FACTS).families);
    const { status, stdout, stderr, error } = spawnSync('promtool', ['check', 'metrics'], {
      input,
      encoding: 'utf8',
    });
    if (error !== undefined)
      throw new Error('the tests need promtool: scripts/tools-for-tests', { cause: error });
    expect([status, stdout, stderr]).to.deep.equal([0, '', '']);
  });
});
