import { expect } from 'chai';
import { call, heal } from '../support/calls.js';
import type { DaemonProcess } from '../support/daemon-process.js';
import { eventually } from '../support/eventually.js';
import { EventClient } from '../support/event-client.js';
import { PROXIES, startProxy } from '../support/reverse-proxies.js';
import { SocketFleet } from '../support/socket-fleet.js';
import { TestResources } from '../support/test-resources.js';

/** `limits.body`, in bytes. */
const MOST = 1_048_576;

describe('behind a real proxy, with its sample file of deploy/,', () => {
  const resources = new TestResources();
  let daemon: DaemonProcess;

  before(async () => {
    daemon = await resources.daemon(resources.directory());
  });

  after(() => resources.clear());

  /** The names of all nodes. */
  async function nodes(): Promise<readonly string[]> {
    const { body } = await call(daemon.url, 'GET', '/nodes');
    return (JSON.parse(body) as { nodes: { name: string }[] }).nodes.map(({ name }) => name);
  }

  for (const [index, proxy] of PROXIES.entries())
    describe(proxy.name, () => {
      let url: string;
      let server: DaemonProcess;
      const user = 10 + index;
      const prefix = proxy.name.toLowerCase();

      before(async () => {
        ({ url, process: server } = await startProxy(proxy, resources, daemon.url));
      });

      it('names arrive as they were sent, with slashes, spaces and percent signs', async () => {
        const names = [`${prefix}/a/b`, `${prefix} 100%`, `${prefix}%2F`, `${prefix}+é;x=1`];
        for (const name of names) {
          const { status } = await call(url, 'PUT', `/nodes/${encodeURIComponent(name)}/heartbeat`);
          expect(status, name).to.equal(200);
        }
        expect((await call(url, 'PUT', '/nodes/%2f/heartbeat')).status).to.equal(200);
        expect(await nodes())
          .to.include.members([...names, '/'])
          .and.not.include('heartbeat');
      });

      it('sockets keep their users online, and events arrive as they happen', async () => {
        const events = new EventClient(Number(new URL(url).port), `/events?users=${user}`);
        resources.onClear(() => events.close());
        await eventually(() => expect(events.types).to.include('state'));
        const fleet = new SocketFleet(url, [user]);
        resources.onClear(() => fleet.stop());
        await fleet.allOnline();
        await eventually(() => expect(events.types).to.include('user.online'));
      });

      it('a body may be as large as the daemon takes, and a larger one is refused with 413', async () => {
        const send = async (size: number): Promise<number> => {
          const body = '[1]'.padEnd(size);
          const answer = await fetch(`${url}/heal`, { method: 'POST', body });
          await answer.text();
          return answer.status;
        };
        expect(await send(MOST)).to.equal(200);
        // The answer may come while the rest is still sent. A proxy that closes then resets the connection, and
        // `fetch` may see that before it sees the answer.
        expect(await eventually(() => send(MOST + 1))).to.equal(413);
        expect((await heal(url, 9)).status).to.equal(200);
      });

      if (proxy.name === 'HAProxy')
        it('its check is answered, which asks with OPTIONS and HTTP/1.0', async () => {
          await eventually(() =>
            expect(server.stdout).to.match(/Health check for server heartbeat\/heartbeat succeeded.*200/),
          );
        });
    });
});
