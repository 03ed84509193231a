import { expect } from 'chai';
import {
  duration,
  groupSentence,
  massFailureSentence,
  nodeSentence,
  overflowSentence,
  withFolds,
} from '../../../actors/notifier/channel/message.js';
import type { Flip, NodeFacts } from '../../../src/domain/node.js';
import { instant } from '../../../src/domain/time.js';
import { nodeName } from '../../support/simulated-alerts.js';

const flip: Flip = {
  node: nodeName('node1'),
  from: 'inactive',
  to: 'failed',
  at: instant(1_795_318_425_000),
  cause: 'silence',
  retries: 3,
  blind: 0,
};
const DAY = 86_400_000;
const node: NodeFacts = {
  name: nodeName('node1'),
  state: 'failed',
  retries: 3,
  lastHeartbeat: instant(1_795_318_305_000),
  timeout: 30_000,
  maxRetries: 3,
  labels: {},
  channels: undefined,
};

describe('what an alert says', () => {
  it('of a job with a schedule: when it was expected, in its time zone', () => {
    const at = Date.parse('2026-11-30T03:00:00Z');
    const schedule = { cron: ['0 4 * * *'], timeZone: 'Europe/Berlin', grace: 600_000 };
    const job = {
      ...node,
      schedule,
      timeout: 600_000,
      expected: instant(at),
      lastHeartbeat: instant(at - DAY),
    };
    const late: Flip = { ...flip, from: 'active', to: 'inactive', at: instant(at), retries: 1 };
    expect(nodeSentence('node.inactive', late, job, DAY)).to.equal(
      "Node 'node1' is late: expected at 04:00 Europe/Berlin; no heartbeat for 1 d; it fails after 10 min.",
    );
    const failed: Flip = { ...flip, at: instant(at + 600_000), retries: 1 };
    expect(nodeSentence('node.failed', failed, job, DAY + 600_000)).to.equal(
      "Node 'node1' has failed: expected at 04:00 Europe/Berlin, 10 min ago; no heartbeat for 1 d.",
    );
    expect(nodeSentence('node.failed', { ...failed, at: instant(at + 2 * DAY) }, job, 3 * DAY)).to.equal(
      "Node 'node1' has failed: expected at 2026-11-30 04:00 Europe/Berlin, 2 d ago; no heartbeat for 3 d.",
    );
    expect(nodeSentence('node.failed', failed, { ...job, lastHeartbeat: undefined })).to.equal(
      "Node 'node1' has failed: expected at 04:00 Europe/Berlin, 10 min ago; no heartbeat since it was registered.",
    );
    const hourly = { ...job, schedule: { every: 3_600_000, grace: 600_000 } };
    expect(nodeSentence('node.failed', failed, hourly, 4_200_000)).to.equal(
      "Node 'node1' has failed: expected every 1 h; no heartbeat for 1 h 10 min.",
    );
  });

  it('of one node, in a plain sentence', () => {
    expect(nodeSentence('node.failed', flip, node, 120_000)).to.equal(
      "Node 'node1' has failed: no heartbeat for 2 min.",
    );
    expect(nodeSentence('node.failed', { ...flip, blind: 30_000 }, node, 120_000)).to.equal(
      "Node 'node1' has failed: no heartbeat for 2 min, 30 s of which nobody could be heard.",
    );
    expect(nodeSentence('node.failed', flip, { ...node, lastHeartbeat: undefined })).to.equal(
      "Node 'node1' has failed: no heartbeat since it was registered.",
    );
    expect(nodeSentence('node.failed', flip, node, 150_000), 'measured').to.equal(
      "Node 'node1' has failed: no heartbeat for 2 min 30 s.",
    );
    expect(nodeSentence('node.reported_failure', flip, node)).to.equal(
      "Node 'node1' has reported a failure.",
    );
    expect(nodeSentence('node.recovered', flip, node)).to.equal(
      "Node 'node1' has recovered: its heartbeat is back.",
    );
    expect(nodeSentence('node.inactive', flip, { ...node, retries: 1 }, 120_000)).to.equal(
      "Node 'node1' is inactive: no heartbeat for 2 min; 2 retries are left.",
    );
    expect(nodeSentence('node.inactive', flip, { ...node, retries: 2 }, 120_000)).to.match(
      /1 retry is left\.$/,
    );
  });

  it('of a silence that began before a restart, that the wall clock tells it', () => {
    expect(nodeSentence('node.failed', { ...flip, blind: 30_000 }, node)).to.equal(
      "Node 'node1' has failed: no heartbeat for 2 min by the wall clock, since before a restart, 30 s of which nobody could be heard.",
    );
  });

  it('of a silence under a second tells its milliseconds, as many as the timeout has', () => {
    const short = { ...node, timeout: 150, maxRetries: 0, retries: 0 };
    for (const off of [-1, 0, 1]) {
      const heard = instant(flip.at - 150 + off);
      expect(
        nodeSentence(
          'node.failed',
          { ...flip, retries: 0 },
          { ...short, lastHeartbeat: heard },
          flip.at - heard,
        ),
      ).to.equal("Node 'node1' has failed: no heartbeat for 150 ms.");
      expect(
        nodeSentence(
          'node.inactive',
          { ...flip, to: 'inactive', retries: 2 },
          { ...short, maxRetries: 3, retries: 2, lastHeartbeat: instant(flip.at - 300 + off) },
          300 - off,
        ),
      ).to.match(/no heartbeat for 300 ms; 1 retry is left/);
    }
    // A grace or a learnt timeout makes it different.
    const heard = instant(flip.at - 873);
    expect(
      nodeSentence(
        'node.failed',
        { ...flip, retries: 0 },
        { ...short, lastHeartbeat: heard },
        flip.at - heard,
      ),
    ).to.include('873 ms');
    expect([0.4, 1, 149.6, 500, 999, 999.6, 1499].map(duration)).to.deep.equal([
      '0 s',
      '1 ms',
      '150 ms',
      '500 ms',
      '999 ms',
      '1 s',
      '1 s',
    ]);
  });

  it('of many, with some of their names', () => {
    const names = Array.from({ length: 12 }, (_, index) => nodeName(`n${String(index)}`));
    expect(massFailureSentence(1, 2, { window: 10_000, hold: 90_000 }, names.slice(0, 1))).to.equal(
      "1 node has failed within 10 s, of 2 watched: this daemon or its network may be at fault. Alerts are held for 1 min 30 s. Among them: 'n0'.",
    );
    const group = names.map((name, index) => ({
      name,
      state: index === 0 ? ('active' as const) : index === 1 ? ('inactive' as const) : ('failed' as const),
      at: instant(1),
    }));
    expect(groupSentence(group)).to.equal(
      "10 nodes have failed: 'n2', 'n3', 'n4', 'n5', 'n6', 'n7', 'n8', 'n9', 'n10', 'n11'. 1 node is inactive: 'n1'. 1 node has recovered: 'n0'.",
    );
    expect(overflowSentence(20, 12, names)).to.match(
      /^The disk was full, and 20 alerts of 12 nodes did not fit .*'n9' and 2 more\.$/,
    );
  });

  it('of a failure that was reported, with the beginning of its reason on one line', () => {
    const reported = (reason?: string): string =>
      nodeSentence(
        'node.reported_failure',
        { ...flip, cause: 'report', ...(reason !== undefined && { reason }) },
        node,
      );
    expect(reported()).to.equal("Node 'node1' has reported a failure.");
    expect(reported('disk\n\t full.')).to.equal("Node 'node1' has reported a failure: disk full.");
    expect(reported('😀'.repeat(301))).to.equal(`Node 'node1' has reported a failure: ${'😀'.repeat(300)}….`);
  });

  it('of what it stands for', () => {
    expect(withFolds('It is down.', { count: 1, ids: [] })).to.equal(
      'It is down. It is flapping: 1 earlier change was not told one by one.',
    );
  });

  for (const [time, text] of [
    [0, '0 s'],
    [250, '250 ms'],
    [1_400, '1 s'],
    [60_000, '1 min'],
    [90_000, '1 min 30 s'],
    [3_600_000, '1 h'],
    [3_660_000, '1 h 1 min'],
    [3_601_000, '1 h'],
    [90_061_000, '1 d 1 h'],
    [-5, '0 s'],
  ] as const) {
    it(`of ${time} ms: ${text}`, () => {
      expect(duration(time)).to.equal(text);
    });
  }
});
