import { expect } from 'chai';
import { Usage } from '../../../../bench/options.js';
import { drawSoak } from '../../../../bench/soak/chart.js';
import { growthIn } from '../../../../bench/soak/flatness.js';
import { shownIn, type Sample } from '../../../../bench/soak/measures.js';
import { readSoakOptions } from '../../../../bench/soak/options.js';
import { Problems } from '../../../../bench/soak/problems.js';

function sample(at: number, figures: Partial<Sample> = {}): Sample {
  return {
    at,
    uptime: at,
    rss_bytes: 100e6,
    descriptors: 200,
    store_bytes: 50e6,
    users_online: 1_000,
    blind_seconds: 0,
    heal_p99_ms: 5,
    alerts_waiting: 1,
    ...figures,
  };
}

const samples = (figures: (index: number) => Partial<Sample>): Sample[] =>
  Array.from({ length: 200 }, (_, index) => sample(index * 10, figures(index)));

describe('the results of a soak', () => {
  it('are flat if nothing grows, though single samples are high', () => {
    const growth = growthIn(
      samples((index) => (index % 20 === 0 ? { rss_bytes: 900e6, heal_p99_ms: 2_000 } : {})),
    );
    expect(growth.map(({ name, isFlat }) => [name, isFlat])).to.deep.equal([
      ['memory', true],
      ['descriptors', true],
      ['disk', true],
      ['p99 of a heal', true],
    ]);
  });

  it('name what grows from the first quarter to the last', () => {
    const growth = growthIn(
      samples((index) => ({ rss_bytes: 100e6 + index * 1e6, descriptors: 200 + index })),
    );
    expect(growth.filter(({ isFlat }) => !isFlat).map(({ name }) => name)).to.deep.equal([
      'memory',
      'descriptors',
    ]);
  });

  it('say nothing about growth in a short run', () => {
    expect(growthIn(samples(() => ({})).slice(0, 40))).to.deep.equal([]);
  });

  it('are drawn as a page with a panel for each figure, also with gaps and without a sample', () => {
    const faults = [{ kind: 'kill', from: 100, to: 101 } as const];
    const page = drawSoak(
      samples((index) => (index === 50 ? { heal_p99_ms: null } : {})),
      faults,
      'two <cores>',
    );
    expect(page.match(/<svg /g)).to.have.length(6);
    expect(page.match(/<polyline /g)).to.have.length(7);
    expect(page).to.include('two &lt;cores&gt;').and.include('<title>kill</title>');
    expect(page).to.not.match(/NaN|Infinity/);
    expect(drawSoak([], [], '')).to.not.match(/NaN|Infinity/);
  });

  it('read what the supervision tree shows, of whatever version', () => {
    const shown = {
      uptime: 12.5,
      users: { online: 3 },
      store: { size_bytes: 1_000 },
      blind_intervals: [{ seconds: 1.5 }, { seconds: 2 }],
    };
    expect(shownIn(shown)).to.deep.equal({
      uptime: 12.5,
      store_bytes: 1_000,
      users_online: 3,
      blind_seconds: 3.5,
    });
    expect(shownIn(null)).to.deep.equal({ uptime: 0, store_bytes: 0, users_online: 0, blind_seconds: 0 });
  });

  it('count every problem, and keep the first ones of a kind in words', () => {
    const said: string[] = [];
    const problems = new Problems((text) => said.push(text));
    expect(problems.total).to.equal(0);
    for (let user = 1; user <= 9; user++) problems.add('a user was offline', String(user));
    problems.add('a node failed', 'db-1');
    expect(problems.total).to.equal(10);
    expect(problems.counts).to.deep.equal({ 'a user was offline': 9, 'a node failed': 1 });
    expect(problems.first).to.deep.equal(said);
    expect(said).to.have.length(6).and.include('a node failed: db-1');
  });
});

describe('the command line of a soak', () => {
  it('has an hour and a new seed unless it says otherwise', () => {
    const { seed, ...others } = readSoakOptions([]);
    expect(others).to.deep.equal({
      hours: 1,
      users: undefined,
      json: false,
      chart: 'bench/results/soak.html',
    });
    expect(seed).to.be.at.least(0);
    expect(readSoakOptions(['--hours', '24', '--seed', '7', '--users', '5000', '--json'])).to.include({
      hours: 24,
      seed: 7,
      users: 5_000,
      json: true,
    });
  });

  for (const wrong of [['--hours', '0'], ['--hours', 'day'], ['--seed', '-1'], ['--users', '10'], ['more']]) {
    it(`refuses ${wrong.join(' ')}`, () => {
      const said: string[] = [];
      expect(() => readSoakOptions(wrong, (text) => said.push(text))).to.throw(Usage);
      expect(said.join('')).to.match(/^error: /);
    });
  }
});
