import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { Secret } from '../../../src/adapters/channels/secret.js';
import { Pinger } from '../../../src/adapters/ping/pinger.js';
import { ProcessMetrics } from '../../../src/adapters/process/process-metrics.js';
import type { MetricFamily } from '../../../src/ports/metrics.js';
import { NO_FACTS, NO_REQUESTS, Scraped } from '../../support/metrics.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { SimulatedClock } from '../../support/simulated-clock.js';

const CHANNEL = { name: 'ops', delivered: 0, failed: 0, dead: 0, cancelled: 0, folded: 0 };

/** Every metric that a daemon can have, each with a sample. */
function allFamilies(): readonly MetricFamily[] {
  const clock = new SimulatedClock();
  const ping = { url: new Secret('http://127.0.0.1/'), every: 1000 };
  const pinger = new Pinger(ping, { clock, logger: new RecordingLogger(), isReady: () => false });
  const process = new ProcessMetrics(clock.wall(), '1.2.3');
  process.stop();
  const facts = {
    ...NO_FACTS,
    cluster: { name: 'a', members: [], partitions: [] },
    actors: { ...NO_FACTS.actors, places: [{ path: 'root', waiting: 0, restarts: 0 }] },
    alerts: {
      open: 0,
      silenced: 0,
      channels: [{ ...CHANNEL, now: { waiting: 0, breaker: 'closed' as const } }],
    },
    userEvents: [{ name: 'bus', waiting: 0, sent: 0, dropped: 0, failed: 0 }],
    others: [...process.read(), ...pinger.metrics()],
  };
  return new Scraped(facts, { ...NO_REQUESTS, responses: { 200: 1 }, quotas: [{ key: 'app', nodes: 1 }] })
    .families;
}

function labelsOf({ samples: [sample] }: MetricFamily): string {
  return Object.keys(sample?.labels ?? {})
    .map((label) => `\`${label}\``)
    .join(', ');
}

describe('the page of metrics', () => {
  const rows = readFileSync('docs/metrics.md', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    );

  it('has every metric, with its type and its labels, and no other', () => {
    const metrics = allFamilies().map((family) => [`\`${family.name}\``, family.type, labelsOf(family)]);
    expect(rows.map(([name, type, labels]) => [name, type, labels])).to.deep.equal(metrics);
  });

  it('explains each metric', () => {
    for (const [name, , , means] of rows) expect(means, name).to.match(/^[A-Z].*\.$/);
  });
});

describe('the names of metrics', () => {
  it('follow the conventions: a counter ends in _total, and nothing else does', () => {
    for (const { name, type } of allFamilies()) {
      expect(name).to.match(/^(?:heartbeat|process|nodejs)_[a-z_]+$/);
      expect(name.endsWith('_total'), name).to.equal(type === 'counter');
    }
  });

  it('are used in deploy/ as they are', () => {
    const known = new Set(
      allFamilies().flatMap(({ name, type }) =>
        type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
      ),
    );
    for (const file of ['prometheus/rules.yml', 'grafana/dashboards/heartbeat.json']) {
      const used = readFileSync(`deploy/${file}`, 'utf8').match(/\b(?:heartbeat|process|nodejs)_[a-z_]+\b/g);
      expect(used).to.have.length.greaterThan(10);
      for (const name of used ?? []) expect(known, `${file}: ${name}`).to.include(name);
    }
  });
});
