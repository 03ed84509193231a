import { expect } from 'chai';
import { TestResources } from '../support/test-resources.js';

interface BenchDocument {
  readonly bench: { readonly users: number };
  readonly samples: readonly { readonly heals: number }[];
  readonly summary: {
    readonly good: boolean;
    readonly check: {
      readonly users_checked: number;
      readonly users_differing: number;
      readonly mismatches: readonly unknown[];
      readonly incomplete: string | null;
    };
  };
}

describe('heartbeat bench', () => {
  const resources = new TestResources();

  afterEach(() => resources.clear());

  it('finds every stored session of its users as they healed, on a daemon of its own', async () => {
    const bench = await resources.heartbeat(['bench', '--users', '30', '--duration', '10', '--json'], {
      cwd: resources.directory(),
    });
    expect(await bench.ended, bench.stderr + bench.stdout).to.deep.equal({ code: 0, signal: null });
    const { bench: plan, samples, summary } = JSON.parse(bench.stdout) as BenchDocument;
    expect(plan.users).to.equal(30);
    expect(samples).not.to.have.length(0);
    expect(summary.good).to.equal(true);
    expect(summary.check).to.include({ users_checked: 30, users_differing: 0, incomplete: null });
    expect(summary.check.mismatches).to.deep.equal([]);
    expect(summary).to.include.keys('heals', 'errors', 'latency_ms', 'elapsed_s');
  });
});
