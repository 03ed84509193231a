import { expect } from 'chai';
import { heal } from '../support/calls.js';
import type { DaemonProcess } from '../support/daemon-process.js';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';
import { PROXIES, startProxy } from '../support/reverse-proxies.js';
import { SocketFleet } from '../support/socket-fleet.js';
import { TestResources } from '../support/test-resources.js';

const USERS = [1, 2, 3, 4, 5];
/** Seconds. */
const TIMEOUT = 6;

describe('a real nginx in front, with the configuration of deploy/', () => {
  const resources = new TestResources();

  afterEach(() => resources.clear());

  async function startNginx(daemon: string, port: number): Promise<DaemonProcess> {
    const nginx = PROXIES.find(({ name }) => name === 'nginx');
    if (nginx === undefined) throw new Error('there is no nginx');
    return (await startProxy(nginx, resources, daemon, port)).process;
  }

  it('carries sockets, which stay online by pings, and come back unbroken when it cuts them', async () => {
    const daemon = await resources.daemon(resources.directory(), { 'session-timeout': TIMEOUT });
    const port = await freePort();
    const nginx = await startNginx(daemon.url, port);
    const fleet = new SocketFleet(`http://127.0.0.1:${String(port)}`, USERS);
    resources.onClear(() => fleet.stop());
    await fleet.allOnline();
    await eventually(async () => {
      const text = await (await fetch(`${daemon.url}/metrics`)).text();
      const [, pongs = '0'] = /^heartbeat_socket_pongs_total\{result="heal"\} (\d+)$/m.exec(text) ?? [];
      expect(Number(pongs)).to.be.at.least(4 * USERS.length);
    });
    await fleet.expectUnbroken();
    expect(fleet.closed).to.deep.equal([]);

    await nginx.kill();
    await startNginx(daemon.url, port);
    await fleet.allOnline();
    await fleet.expectUnbroken();
    expect(fleet.closed.length).to.be.at.least(USERS.length);
  });

  it('passes events on as they happen', async () => {
    const daemon = await resources.daemon(resources.directory());
    const port = await freePort();
    await startNginx(daemon.url, port);
    const ended = new AbortController();
    const { body } = await fetch(`http://127.0.0.1:${String(port)}/events?users=7`, { signal: ended.signal });
    let text = '';
    const reading = (async () => {
      for await (const chunk of body!) text += Buffer.from(chunk).toString();
    })().catch(() => undefined);
    await eventually(() => expect(text).to.include('"type":"state"'));
    await heal(daemon.url, 7);
    await eventually(() => expect(text).to.include('"type":"user.online"'));
    ended.abort();
    await reading;
  });
});
