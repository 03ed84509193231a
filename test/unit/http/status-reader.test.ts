import { expect } from 'chai';
import { StatusReader } from '../../../src/http/status/status-reader.js';
import { acceptedLanguage } from '../../../src/http/status/accepted-language.js';
import { HeartbeatError } from '../../../src/errors.js';
import { FakeDaemon } from '../../http/support/fake-daemon.js';
import { PAGE } from '../../http/status/support.js';
import { SimulatedClock } from '../../support/simulated-clock.js';

describe('what a status page shows', () => {
  let clock: SimulatedClock;
  let daemon: FakeDaemon;
  let looks: number;
  let reports: number;
  /** Whether the store can be read. */
  let isReadable: boolean;
  /** How long a report takes. */
  let takes: number;

  beforeEach(() => {
    clock = new SimulatedClock();
    daemon = new FakeDaemon();
    [looks, reports, isReadable, takes] = [0, 0, true, 0];
    daemon.nodes.list = async () => {
      looks++;
      if (!isReadable) throw new HeartbeatError('HEARTBEAT_STORE_AWAY', 'the disk is gone');
      return { nodes: [], next: undefined };
    };
    daemon.nodes.uptimeReportOf = async (_filter, request) => {
      reports++;
      if (takes > 0) await new Promise<void>((resolve) => clock.after(takes, resolve));
      if (!isReadable) throw new HeartbeatError('HEARTBEAT_STORE_AWAY', 'the disk is gone');
      const uptime = { active: 1, inactive: 0, failed: 0, paused: 0, blind: 0, maintenance: 0, silenced: 0 };
      const none = { days: [], months: [], incidents: [], incidentCount: 0, nodes: [], nodeCount: 0 };
      return { ...request, ...none, uptime };
    };
  });

  const reading = () => {
    const pages = [PAGE];
    const reader = new StatusReader(daemon, clock, () => pages);
    return () => reader.read(PAGE);
  };
  it('is that nothing is known while the daemon starts', async () => {
    daemon.serving = false;
    const facts = await reading()();
    expect(facts.doubt).to.deep.equal({ kind: 'starting' });
    expect(facts.groups.map(({ state }) => state)).to.deep.equal(['unknown', 'unknown']);
    expect(looks).to.equal(0);
  });

  it('is that nothing is known while the store cannot be read, which is tried again each 10 s', async () => {
    const read = reading();
    isReadable = false;
    for (let visitor = 0; visitor < 100; visitor++)
      expect((await read()).doubt).to.deep.equal({ kind: 'unreadable' });
    expect(looks).to.equal(1);
    expect(reports).to.equal(PAGE.groups.length);
    isReadable = true;
    await clock.advance(10_000);
    const facts = await read();
    expect(facts.doubt).to.equal(undefined);
    expect(facts.groups[0]?.uptime).to.have.property('ratio', 1);
    expect(looks).to.equal(2);
  });

  it('is read at most each 10 s, and the uptime at most each 5 min, whoever comes', async () => {
    const read = reading();
    for (let second = 0; second < 600; second++) {
      await read();
      await clock.advance(1_000);
    }
    expect(looks).to.equal(60);
    expect(reports).to.equal(2 * PAGE.groups.length);
  });

  it('is without an uptime where none is shown, which is not read then', async () => {
    const reader = new StatusReader(daemon, clock, () => [PAGE]);
    takes = 60_000;
    const facts = await reader.read(PAGE, { hasUptime: false });
    expect([facts.doubt, reports]).to.deep.equal([undefined, 0]);
  });

  it('does not wait for an uptime that takes long, and is read less often then', async () => {
    const read = reading();
    takes = 60_000;
    const first = read();
    await clock.advance(3_000);
    expect((await first).groups[0]?.uptime).to.equal('being read');
    await clock.advance(60_000);
    expect((await read()).groups[0]?.uptime).to.have.property('ratio', 1);
    // Twenty times as long as it took.
    await clock.advance(1_100_000);
    await read();
    expect(reports).to.equal(PAGE.groups.length);
    await clock.advance(100_000);
    expect((await read()).groups[0]?.uptime).to.have.property('ratio', 1);
    expect(reports).to.equal(2 * PAGE.groups.length);
  });
});

describe('the language of a status page', () => {
  it('is the one that the reader prefers of those there are, else English', () => {
    for (const [header, language] of [
      [undefined, 'en'],
      ['', 'en'],
      ['de', 'de'],
      ['de-CH', 'de'],
      ['DE-at, en', 'de'],
      ['en, de', 'en'],
      ['en;q=0.5, de;q=0.9', 'de'],
      ['fr, it;q=0.9', 'en'],
      ['de;q=0', 'en'],
      ['de;q=x', 'en'],
      ['den', 'en'],
      ['*', 'en'],
    ] as const)
      expect(acceptedLanguage(header), String(header)).to.equal(language);
  });
});
