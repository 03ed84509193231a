import { expect } from 'chai';
import type { DaemonEntry } from '../../../actors/history/history.protocol.js';
import type { DescribedNode } from '../../../actors/node/node.protocol.js';
import { UptimeRollUp } from '../../../src/app/uptime-roll-up.js';
import { instant } from '../../../src/domain/time.js';
import { utcDayOf, UTC_DAY, type UptimeDay } from '../../../src/domain/uptime-day.js';
import { HeartbeatError } from '../../../src/errors.js';
import { node } from '../../support/ids.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { SimulatedClock } from '../../support/simulated-clock.js';

const NAMES = ['ann', 'ben', 'cid'].map(node);

describe('the uptime by day', () => {
  const clock = new SimulatedClock();
  const logger = new RecordingLogger();
  const today = utcDayOf(clock.wall() - 3_600_000);
  const entries: DaemonEntry[] = [];
  const history = {
    state: 'open' as const,
    waiting: 0,
    submit: (some: readonly DaemonEntry[]) => entries.push(...some),
  };
  const run = {
    reads: {
      uptimeMarks: () => Promise.resolve({ storedTo: instant(today - UTC_DAY), flipsFrom: undefined }),
      async *blindBetween() {},
    },
    history,
    nodes: NAMES.length,
  };
  const rollUp = new UptimeRollUp({
    clock,
    logger,
    run: () => run,
    reader: () => ({
      list: () => {
        history.waiting = 5_000;
        return Promise.resolve({ nodes: NAMES.map((name) => ({ name }) as DescribedNode), next: undefined });
      },
      days: ({ name }) =>
        name === 'ben'
          ? Promise.reject(new HeartbeatError('HEARTBEAT_STORE_CORRUPT', 'a flip is damaged'))
          : Promise.resolve([{ from: instant(today - UTC_DAY) } as UptimeDay]),
    }),
    flipsKept: Infinity,
  });

  after(() => rollUp.stop());

  it('waits while the disk is busy, and is stored of all nodes but those with a damaged record', async () => {
    rollUp.start();
    await clock.advance(90_000);
    expect(entries, 'while the disk is busy').to.deep.equal([]);
    history.waiting = 0;
    await clock.advance(2_000);
    const stored = entries.flatMap((entry) => (entry.kind === 'uptime_days' ? [entry] : []));
    expect(stored.flatMap(({ nodes }) => nodes.map((each) => each.node))).to.deep.equal(['ann', 'cid']);
    expect(stored.at(-1)?.marks).to.deep.equal({ storedTo: today });
    expect(logger.events()).to.include('uptime of a node cannot be stored by day');
  });
});
