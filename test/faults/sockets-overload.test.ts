import { expect } from 'chai';
import { sized } from '../support/effort.js';
import { eventually } from '../support/eventually.js';
import { SocketFleet } from '../support/socket-fleet.js';
import { EventFollower } from '../support/event-follower.js';
import { TestResources } from '../support/test-resources.js';
import type { CrowdPlan, CrowdReport } from './clients/crowd.js';

const CROWD = new URL('./clients/crowd.ts', import.meta.url);
const USERS = Array.from({ length: 200 }, (_, index) => 1_000_000 + index);
/** Seconds. */
const TIMEOUT = 12;

describe('users of sockets', function () {
  const resources = new TestResources();

  afterEach(() => resources.clear());

  it('stay online while the daemon is asked for three times what it may have in flight, and for readers of events, too', async () => {
    const inFlight = sized(20, 50);
    const daemon = await resources.daemon(resources.directory(), {
      'session-timeout': TIMEOUT,
      'limits-in-flight': inFlight,
    });
    const fleet = new SocketFleet(daemon.url, USERS);
    resources.onClear(() => fleet.stop());
    await fleet.allOnline();
    const path = `/events?${USERS.map((id) => `users=${id}`).join('&')}`;
    const reader = new EventFollower(Number(new URL(daemon.url).port), path);
    resources.onClear(() => reader.stop());
    await eventually(() => expect(reader.states).to.have.lengthOf(1));
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
    // It hears of a change that is made after the overload, and has heard of no other, but perhaps that it was blind.
    const [user] = USERS;
    await eventually(async () => {
      const answer = await fetch(`${daemon.url}/heal/${user}?device=phone`, { method: 'PUT' });
      expect(answer.status).to.equal(200);
    });
    await eventually(() => {
      reader.look();
      expect(reader.log.at(-1)).to.include({ type: 'user.updated' });
    });
    expect(reader.log.filter(({ type }) => type !== 'daemon.blind')).to.have.lengthOf(1);
    expect(reader.wrong).to.deep.equal([]);
  });
});
