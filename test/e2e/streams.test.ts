import { expect } from 'chai';
import { heal, isOnline } from '../support/calls.js';
import { HEARTBEAT } from '../support/daemon-process.js';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';
import { head as headOf, RawClient } from '../http/support/raw-client.js';
import { TestResources } from '../support/test-resources.js';

const READY = { every: 50 };

describe('a daemon that lacks what the system gives', () => {
  const resources = new TestResources();

  afterEach(() => resources.clear());

  for (const [what, into] of [
    ['nobody reads its standard output', '> >(true)'],
    ['its standard output is a full device', '> /dev/full'],
  ] as const) {
    it(`serves on when ${what}`, async () => {
      const port = await freePort();
      const url = `http://127.0.0.1:${port}`;
      resources.run({ command: shell(`exec ${start(resources.directory(), port)} ${into}`) });
      await eventually(async () => expect((await fetch(`${url}/readyz`)).status).to.equal(200), READY);
      // After the line with its address could not be written.
      expect((await heal(url, 1)).status).to.equal(200);
      await eventually(async () => expect(await isOnline(url, 1)).to.equal(true));
    });
  }

  it('answers health checks with as many connections as its descriptors allow, and says so', async () => {
    const port = await freePort();
    const daemon = resources.run({
      command: shell(`ulimit -n 256; exec ${start(resources.directory(), port)}`),
    });
    await eventually(() => expect(daemon.stdout).to.include('listening'), READY);
    const [lowered] = daemon.logged('limits.connections lowered to the limit of open files');
    expect(lowered).to.include({ limit: 65_536, lowered: 128, descriptors: 256 });
    const asking = new RawClient(port).send(head('GET /healthz'));
    await asking.answer();
    const crowd = Array.from({ length: 400 }, () => new RawClient(port).send(head('PUT /heal/1')));
    try {
      await eventually(
        () => expect(crowd.every(({ closed, received }) => closed || received !== '')).to.be.true,
      );
      const told = crowd.filter(({ received }) => received.startsWith('HTTP/1.1 200'));
      expect(told).to.have.length(127);
      asking.send(head('GET /supervision') + head('GET /metrics'));
      const answers = await asking.answers(3);
      expect(answers.map(({ status }) => status)).to.deep.equal([200, 200, 200]);
      expect(daemon.hasLogged('connections are running out')).to.equal(true);
    } finally {
      for (const { socket } of [asking, ...crowd]) socket.destroy();
    }
  });
});

function start(directory: string, port: number): string {
  return `${process.execPath} ${HEARTBEAT} start --data-dir ${directory} --port ${port}`;
}

function shell(script: string): readonly [string, ...string[]] {
  return ['/bin/bash', '-c', script];
}

/** Without keys, only names of the loopback are served. */
function head(line: string, ...headers: readonly string[]): string {
  return headOf(line, ...headers).replace('Host: heartbeat', 'Host: localhost');
}
