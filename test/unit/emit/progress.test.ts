import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import { emitProgress } from '../../../src/cli/emit/progress.js';
import { isGood, progressLine, summaryText } from '../../../src/cli/emit/summary.js';
import type { EmitterReport } from '../../../src/client/emitter/tally.js';
import { eventually } from '../../support/eventually.js';

const REPORT: EmitterReport = {
  nodes: 3,
  heartbeats: { accepted: 12, refused: 0 },
  calls: { failed: 0, errors: {} },
  probes: { run: 0, failed: 0, reported: 0, failing: 0 },
  settings: { registered: 0, refused: 0, pending: 0 },
  latest_ms: 4,
};
const WITH_FAULTS: EmitterReport = {
  ...REPORT,
  heartbeats: { accepted: 12, refused: 1 },
  calls: { failed: 2, errors: { ECONNREFUSED: 1, '503': 1 } },
  probes: { run: 9, failed: 4, reported: 1, failing: 2 },
};

describe('the progress of an emitter', () => {
  it('is a line that is drawn anew on a terminal, below what happens', async () => {
    const stream = new PassThrough();
    let seen = '';
    stream.setEncoding('utf8').on('data', (text: string) => (seen += text));
    const progress = emitProgress(stream, true);
    progress.begin(() => REPORT);
    const line = '3 nodes  12 heartbeats';
    await eventually(() => expect(seen).to.include(`\r\u001B[K${line}`));
    progress.probeFailed('db-1', 'it answered 500');
    progress.end();
    await eventually(() => {
      expect(seen).to.include(`\r\u001B[Kdb-1 failed its probe: it answered 500\n${line}`);
      expect(seen.endsWith(`${line}\r\u001B[K`)).to.equal(true);
    });
  });

  it('is only what happens in a pipe', async () => {
    const stream = new PassThrough();
    const progress = emitProgress(stream, false);
    progress.begin(() => REPORT);
    progress.unreachable(new Error('got no answer'));
    progress.reachable();
    progress.refused('db-1', 'too many nodes');
    progress.probePassed('db-2');
    progress.leftToJobs(['backup', 'report']);
    progress.leftToJobs(Array.from({ length: 12 }, (_, job) => `j${job}`));
    progress.end();
    stream.end();
    let seen = '';
    for await (const chunk of stream) seen += String(chunk);
    expect(seen.split('\n')).to.deep.equal([
      'heartbeats are refused, trying again: got no answer',
      'heartbeats are accepted again',
      'db-1 is refused: too many nodes',
      'db-2 passed its probe again',
      'no heartbeats are sent for nodes with a schedule and no probe, their jobs send them: backup, report',
      'no heartbeats are sent for nodes with a schedule and no probe, their jobs send them: j0, j1, j2, j3, j4, j5, j6, j7, j8, j9 and 2 more',
      '',
    ]);
  });

  it('sums up heartbeats sent and failed', () => {
    expect(summaryText('http://daemon', 10, REPORT)).to.equal(
      '3 nodes, heartbeats for 10.0 s at http://daemon\n' +
        'heartbeats 12 accepted, 0 refused\ncalls      none failed\nlateness   4 ms at most\n',
    );
    const text = summaryText('http://daemon', 10, WITH_FAULTS);
    expect(text).to.include('2 failed and were repeated (503: 1, ECONNREFUSED: 1)');
    expect(text).to.include('9 run, 4 failed, 1 reported; 2 nodes failing at the end');
    expect(progressLine(WITH_FAULTS)).to.equal(
      '3 nodes  12 heartbeats  1 refused  2 calls failed  9 probes  2 failing',
    );
  });

  it('is good where anything was heard, or there was nothing to say', () => {
    const silent = { ...REPORT, heartbeats: { accepted: 0, refused: 0 } };
    expect(isGood(REPORT) && isGood(WITH_FAULTS) && isGood(silent)).to.equal(true);
    expect(isGood({ ...silent, calls: { failed: 1, errors: { ECONNREFUSED: 1 } } })).to.equal(false);
    expect(isGood({ ...silent, heartbeats: { accepted: 0, refused: 3 } })).to.equal(false);
  });

  it('is not good while settings are not registered, and says how many', () => {
    const unfinished = { ...REPORT, settings: { registered: 1, refused: 0, pending: 2 } };
    expect(isGood(unfinished)).to.equal(false);
    expect(summaryText('http://daemon', 10, unfinished)).to.include(
      'settings   1 registered, 0 refused, 2 not registered yet\n',
    );
  });
});
