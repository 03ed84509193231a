import { expect } from 'chai';
import type { DescribedNode, NodeRequest } from '../../../actors/node/node.protocol.js';
import type { SettingsChange } from '../../../src/domain/node.js';
import { RecordingAlerting } from '../../support/recording-alerting.js';
import { node } from '../../support/ids.js';
import { SimulatedClock } from '../../support/simulated-clock.js';
import { withDaemon } from '../../support/with-daemon.js';

const JOB = node('backup');
/** 04:00 in Berlin, on a Monday. */
const FOUR = Date.parse('2026-11-30T03:00:00Z');
const DAY = 86_400_000;
const GRACE = 10_000;
const NIGHTLY: SettingsChange = {
  schedule: { cron: ['0 4 * * *'], timeZone: 'Europe/Berlin', grace: GRACE },
};
const EVERY_MINUTE: SettingsChange = { schedule: { every: 60_000, grace: GRACE } };
/** The daemon notices a deadline by then. */
const SOON = 50;

describe('a node with a schedule', () => {
  let alerting: RecordingAlerting;
  const daemon = withDaemon({
    options: () => {
      alerting = new RecordingAlerting();
      return { alerting, clock: new SimulatedClock(FOUR - 30_000) };
    },
  });

  const put = (change: SettingsChange): NodeRequest => ({ kind: 'put', change });

  async function shown(): Promise<DescribedNode> {
    const reply = await daemon.askNode('describe', JOB);
    if (reply?.kind !== 'node') throw new Error(JSON.stringify(reply));
    return reply.node;
  }

  const flips = (): [string, number][] => alerting.raised.map(({ flip: { to, at } }) => [to, at - FOUR]);

  describe('by cron', () => {
    beforeEach(() => daemon.askNode(put(NIGHTLY), JOB));

    it('is late at the expected instant, and fails once after the grace', async () => {
      expect(await shown()).to.include({ state: 'active', expected: FOUR, deadline: FOUR });
      await daemon.clock.advance(30_000);
      expect(flips()).to.deep.equal([]);
      await daemon.clock.advance(SOON);
      expect(await shown()).to.include({ state: 'inactive', expected: FOUR, deadline: FOUR + GRACE });
      await daemon.clock.advance(GRACE + 60_000);
      expect(flips()).to.deep.equal([
        ['inactive', 0],
        ['failed', GRACE],
      ]);
      expect(await shown()).to.include({ state: 'failed', expected: FOUR, deadline: undefined });
    });

    it('is expected the next day after a heartbeat in the grace, or after it has failed', async () => {
      await daemon.clock.advance(30_000 + GRACE - SOON);
      await daemon.askNode('heartbeat', JOB);
      expect(await shown()).to.include({ state: 'active', expected: FOUR + DAY, deadline: FOUR + DAY });
      await daemon.askNode('fail', JOB);
      await daemon.askNode('heartbeat', JOB);
      expect(await shown()).to.include({ state: 'active', expected: FOUR + DAY });
    });

    it('is still expected after a heartbeat that comes before the instant', async () => {
      await daemon.clock.advance(20_000);
      await daemon.askNode('heartbeat', JOB);
      await daemon.clock.advance(10_000 + SOON);
      expect(flips()).to.deep.equal([['inactive', 0]]);
    });

    it('has a heartbeat on disk before it is answered', async () => {
      await daemon.clock.advance(31_000);
      await daemon.askNode('heartbeat', JOB);
      await daemon.killAndStart();
      await daemon.clock.advance(60_000);
      expect(await shown()).to.include({ state: 'active', expected: FOUR + DAY });
    });

    it('is expected nowhere while it is paused, and from its end on afterwards', async () => {
      await daemon.askNode('pause', JOB);
      expect(await shown()).to.include({ deadline: undefined });
      await daemon.clock.advance(60_000);
      expect(flips()).to.deep.equal([]);
      await daemon.askNode('resume', JOB);
      expect(await shown()).to.include({ state: 'active', expected: FOUR + DAY });
    });

    it('begins anew when its schedule changes', async () => {
      await daemon.askNode(put({ schedule: { cron: ['0 5 * * *'], timeZone: 'UTC', grace: GRACE } }), JOB);
      const five = Date.parse('2026-11-30T05:00:00Z');
      expect(await shown()).to.include({ expected: five, deadline: five });
      await daemon.killAndStart();
      expect(await shown()).to.include({ expected: five, deadline: five });
    });

    it('has its interval again when the schedule changes while it is late', async () => {
      await daemon.clock.advance(30_000 + SOON);
      await daemon.askNode(put(EVERY_MINUTE), JOB);
      const { state, deadline } = await shown();
      expect(state).to.equal('inactive');
      expect(deadline).to.equal(daemon.clock.wall() + 60_000 + GRACE);
    });

    it('goes back to a timeout when it is given one', async () => {
      await daemon.askNode(put({ timeout: 20_000, maxRetries: 0 }), JOB);
      const described = await shown();
      expect(described).to.include({ timeout: 20_000, deadline: daemon.clock.wall() + 20_000 });
      expect(described).not.to.have.any.keys('schedule', 'expected');
      await daemon.killAndStart();
      expect(await shown()).not.to.have.any.keys('schedule', 'expected');
    });
  });

  describe('by an interval', () => {
    beforeEach(() => daemon.askNode(put(EVERY_MINUTE), JOB));

    it('is late so long after the last heartbeat, and fails once after the grace', async () => {
      await daemon.clock.advance(45_000);
      await daemon.askNode('heartbeat', JOB);
      const heard = daemon.clock.wall() - FOUR;
      expect(await shown()).to.include({ expected: FOUR + heard + 60_000 });
      await daemon.clock.advance(180_000);
      expect(flips()).to.deep.equal([
        ['inactive', heard + 60_000],
        ['failed', heard + 60_000 + GRACE],
      ]);
    });

    it('is not moved by a wall clock that is set', async () => {
      daemon.clock.jumpWall(DAY);
      await daemon.clock.advance(59_900);
      expect(flips()).to.deep.equal([]);
      await daemon.clock.advance(100 + SOON);
      expect(flips().map(([to]) => to)).to.deep.equal(['inactive']);
    });

    it('gets the blind time back, like a timeout', async () => {
      await daemon.clock.advance(50_000);
      daemon.clock.standStill(30_000);
      await daemon.clock.advance(59_900);
      expect(flips()).to.deep.equal([]);
      await daemon.clock.advance(100 + SOON);
      expect(flips().map(([to]) => to)).to.deep.equal(['inactive']);
    });
  });
});

describe('the expected instant of a cron schedule', () => {
  let alerting: RecordingAlerting;
  const daemon = withDaemon({
    options: () => {
      alerting = new RecordingAlerting();
      return { alerting, clock: new SimulatedClock(FOUR - 30_000), flags: { '--blind-grace': '5' } };
    },
  });

  beforeEach(() => daemon.askNode({ kind: 'put', change: NIGHTLY }, JOB));

  const flips = (): [string, number][] => alerting.raised.map(({ flip: { to, at } }) => [to, at - FOUR]);

  async function deadline(): Promise<number> {
    const reply = await daemon.askNode('describe', JOB);
    if (reply?.kind !== 'node') throw new Error(JSON.stringify(reply));
    return reply.node.deadline! - FOUR;
  }

  for (const [what, away] of [
    [
      'a standstill',
      (by: number) => {
        daemon.clock.standStill(by);
        return Promise.resolve();
      },
    ],
    ['a restart', (by: number) => daemon.killAndStart(by)],
  ] as const) {
    it(`stays where it is if ${what} ends before it`, async () => {
      await away(20_000);
      await daemon.clock.advance(10_000 + SOON);
      expect(flips()).to.deep.equal([['inactive', 0]]);
      expect(await deadline()).to.equal(GRACE);
    });

    it(`is not missed during ${what}: the job gets time to report, and its grace`, async () => {
      await away(50_000);
      await daemon.clock.advance(0);
      const end = daemon.clock.wall() - FOUR;
      await daemon.clock.advance(4_950);
      expect(flips()).to.deep.equal([]);
      await daemon.clock.advance(60_000);
      expect(flips().map(([to]) => to)).to.deep.equal(['inactive', 'failed']);
      expect(flips()[0]![1]).to.be.within(end + 4_900, end + 5_000 + SOON);
      expect(flips()[1]![1] - flips()[0]![1]).to.equal(GRACE);
    });

    it(`gives its grace the time that ${what} takes from it`, async () => {
      await daemon.clock.advance(32_000);
      expect(flips()).to.deep.equal([['inactive', 0]]);
      await away(100_000);
      await daemon.clock.advance(0);
      const end = daemon.clock.wall() - FOUR;
      expect(await deadline()).to.be.within(end + GRACE - 3_600, end + GRACE);
      await daemon.clock.advance(60_000);
      expect(flips().map(([to]) => to)).to.deep.equal(['inactive', 'failed']);
    });
  }

  it('is acted on in a crash loop: only the first restart gives more time', async () => {
    await daemon.killAndStart(40_000);
    for (let crash = 0; crash < 5 && flips().length === 0; crash++) {
      await daemon.clock.advance(2_000);
      await daemon.killAndStart(30_000);
    }
    await daemon.clock.advance(0);
    expect(flips().map(([to]) => to)).to.include('inactive');
  });

  it('follows a wall clock that is set forward to before it', async () => {
    daemon.clock.jumpWall(20_000);
    await daemon.clock.advance(10_000 + SOON);
    expect(flips()).to.deep.equal([['inactive', 0]]);
  });

  it('is late from now on if the wall clock is set forward past it, with the whole grace', async () => {
    await daemon.clock.advance(20_000);
    daemon.clock.jumpWall(20_000);
    await daemon.clock.advance(1_100);
    expect(flips()).to.have.length(1);
    const [late] = flips()[0]!.slice(1) as [number];
    expect(late).to.be.within(10_000, 11_100);
    await daemon.clock.advance(60_000);
    expect(flips()).to.deep.equal([
      ['inactive', late],
      ['failed', late + GRACE],
    ]);
  });

  it('is late from now on after a restart, too, if the wall clock is set forward past it', async () => {
    await daemon.killAndStart();
    daemon.clock.jumpWall(3_600_000);
    await daemon.clock.advance(1_100);
    expect(flips().map(([to]) => to)).to.deep.equal(['inactive']);
    await daemon.clock.advance(GRACE - 1_200);
    expect(flips().map(([to]) => to)).to.deep.equal(['inactive']);
    await daemon.clock.advance(1_200);
    expect(flips().map(([to]) => to)).to.deep.equal(['inactive', 'failed']);
  });

  it('counts a heartbeat as heard at the right time, once the wall clock is right', async () => {
    // The clock was an hour slow: what came just now came just after four.
    await daemon.clock.advance(29_000);
    daemon.clock.jumpWall(-3_600_000);
    await daemon.clock.advance(2_000);
    await daemon.askNode('heartbeat', JOB);
    daemon.clock.jumpWall(3_600_000);
    await daemon.clock.advance(60_000);
    expect(flips()).to.deep.equal([]);
    expect(await deadline()).to.equal(DAY);
  });

  it('follows a wall clock that is set back, and is not missed before it comes again', async () => {
    await daemon.clock.advance(20_000);
    daemon.clock.jumpWall(-60_000);
    await daemon.clock.advance(60_000);
    expect(flips()).to.deep.equal([]);
    await daemon.clock.advance(10_000 + SOON);
    expect(flips()).to.deep.equal([['inactive', 0]]);
  });

  it('is not late after a heartbeat that comes as soon as the wall clock is set back', async () => {
    await daemon.clock.advance(29_000);
    // The next instant by the new clock is long over by the old one.
    daemon.clock.jumpWall(-2 * DAY + 3_600_000);
    await daemon.askNode('heartbeat', JOB);
    await daemon.clock.advance(60_000);
    expect(flips()).to.deep.equal([]);
    expect(await deadline()).to.equal(-DAY);
  });

  it('lets no late node fail before a clock that was set back shows its grace again', async () => {
    await daemon.clock.advance(30_000 + SOON);
    expect(flips()).to.deep.equal([['inactive', 0]]);
    daemon.clock.jumpWall(-60_000);
    await daemon.clock.advance(60_000 + GRACE - 200);
    expect(flips()).to.have.length(1);
    await daemon.clock.advance(400);
    expect(flips()).to.have.length(2);
  });
});
