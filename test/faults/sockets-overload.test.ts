import { expect } from 'chai';
import { sized } from '../support/effort.js';
import { SocketFleet } from '../support/socket-fleet.js';
import { TestResources } from '../support/test-resources.js';
import type { CrowdPlan, CrowdReport } from './clients/crowd.js';

const CROWD = new URL('./clients/crowd.ts', import.meta.url);
const USERS = Array.from({ length: 200 }, (_, index) => 1_000_000 + index);
/** Seconds. */
const TIMEOUT = 12;

describe('users of sockets', function () {
  const resources = new TestResources();

  afterEach(() => resources.clear());

  it('stay online while the daemon is asked for three times what it may have in flight', async () => {
    const inFlight = sized(20, 50);
    const daemon = await resources.daemon(resources.directory(), {
      'session-timeout': TIMEOUT,
      'limits-in-flight': inFlight,
    });
    const fleet = new SocketFleet(daemon.url, USERS);
    resources.onClear(() => fleet.stop());
    await fleet.allOnline();
    const plan: CrowdPlan = {
      url: daemon.url,
      pid: daemon.pid,
      groups: 3 * inFlight,
      size: 500,
      timeout: TIMEOUT * 1000,
      newcomers: inFlight + 20,
      overload: 1.5 * TIMEOUT * 1000,
      looks: 20,
    };
    const report = await resources.clients(CROWD, plan).hear<CrowdReport>('dispersed');
    expect(report.answers[503], 'refused').to.be.above(0);
    await fleet.expectUnbroken();
    expect(fleet.closed).to.deep.equal([]);
  });
});
