import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { freePort } from '../support/free-port.js';
import { SocketFleet } from '../support/socket-fleet.js';
import { TestResources } from '../support/test-resources.js';

const USERS = Array.from({ length: 200 }, (_, index) => 1_000_000 + index);
/** Seconds. A client that is late by less than two thirds of it is not offline. */
const TIMEOUT = 12;

describe('users of sockets', function () {
  const resources = new TestResources();

  afterEach(() => resources.clear());

  async function fleetAt(url: string): Promise<SocketFleet> {
    const fleet = new SocketFleet(url, USERS);
    resources.onClear(() => fleet.stop());
    await fleet.allOnline();
    return fleet;
  }

  it('stay online through 15 s of SIGSTOP, on the sockets that they have', async () => {
    const daemon = await resources.daemon(resources.directory(), { 'session-timeout': TIMEOUT });
    const fleet = await fleetAt(daemon.url);
    // A busy machine may refuse newcomers at first.
    const refused = fleet.closed.length;
    daemon.signal('SIGSTOP');
    await pause(15_000);
    daemon.signal('SIGCONT');
    await pause(TIMEOUT * 1200);
    await fleet.expectUnbroken();
    expect(fleet.closed.slice(refused)).to.deep.equal([]);
  });

  for (const signal of ['SIGKILL', 'SIGTERM'] as const)
    it(`stay online through a restart after ${signal}: their sockets come back`, async () => {
      const data = resources.directory();
      const flags = { 'session-timeout': TIMEOUT, port: await freePort() };
      const daemon = await resources.daemon(data, flags);
      const fleet = await fleetAt(daemon.url);
      daemon.signal(signal);
      await daemon.ended;
      await resources.daemon(data, flags);
      await fleet.allOnline();
      await pause(TIMEOUT * 1200);
      await fleet.expectUnbroken();
      const codes = new Set(fleet.closed.map(({ code }) => code));
      expect(codes.has(1012)).to.equal(signal === 'SIGTERM');
      if (signal === 'SIGTERM')
        expect(fleet.closed.filter(({ code }) => code === 1012)).to.have.length(USERS.length);
    });
});
