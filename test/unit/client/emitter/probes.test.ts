import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { expect } from 'chai';
import { runProbe } from '../../../../src/client/emitter/probes/probe.js';
import { parseAddress } from '../../../../src/client/emitter/probes/tcp.js';
import { eventually } from '../../../support/eventually.js';
import { behave, HookServer } from '../../../support/hook-server.js';
import { TestResources } from '../../../support/test-resources.js';

const resources = new TestResources();
afterEach(() => resources.clear());

describe('a probe by HTTP', () => {
  it('passes by the status that is expected, and no other', async () => {
    const server = await HookServer.start();
    resources.onClear(() => server.stop());
    server.behaviour = behave.status(204);
    expect(await runProbe({ http: server.url }, 5_000)).to.equal(undefined);
    expect(await runProbe({ http: server.url, status: 200 }, 5_000)).to.equal('it answered 204');
    server.behaviour = behave.status(302, { location: '/elsewhere' });
    expect(await runProbe({ http: server.url }, 5_000)).to.equal('it answered 302');
    expect(await runProbe({ http: server.url, status: [200, 302] }, 5_000)).to.equal(undefined);
    server.behaviour = behave.hangInTheBody;
    expect(await runProbe({ http: server.url }, 5_000)).to.equal(undefined);
    server.behaviour = behave.reset;
    expect(await runProbe({ http: server.url }, 5_000)).to.be.a('string');
  });

  it('has a deadline', async () => {
    const server = await HookServer.start();
    resources.onClear(() => server.stop());
    server.behaviour = behave.hang;
    expect(await runProbe({ http: server.url }, 50)).to.equal('no answer within 0.05 s');
  });
});

describe('a probe by TCP', () => {
  it('passes by a connection', async () => {
    const server = createServer((socket) => socket.on('error', () => undefined));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    expect(await runProbe({ tcp: `127.0.0.1:${port}` }, 5_000)).to.equal(undefined);
    await new Promise((resolve) => server.close(resolve));
    expect(await runProbe({ tcp: `127.0.0.1:${port}` }, 5_000)).to.include('ECONNREFUSED');
    expect(await runProbe({ tcp: 'nowhere' }, 5_000)).to.equal(
      'nowhere is no address: give a host and a port, as db-1:5432',
    );
  });

  it('reads addresses', () => {
    expect(parseAddress('db-1:5432')).to.deep.equal({ host: 'db-1', port: 5432 });
    expect(parseAddress('[::1]:80')).to.deep.equal({ host: '::1', port: 80 });
    for (const wrong of ['db-1', 'db-1:0', 'db-1:65536', ':80', '::1:80', 'db 1:80'])
      expect(parseAddress(wrong)).to.equal(undefined);
  });
});

describe('a probe by a command', () => {
  it('passes by its exit code', async () => {
    expect(await runProbe({ command: ['true'] }, 5_000)).to.equal(undefined);
    expect(await runProbe({ command: ['false'] }, 5_000)).to.equal('it exited with 1');
    expect(await runProbe({ command: 'exit 3', exitCode: 3 }, 5_000)).to.equal(undefined);
    expect(await runProbe({ command: 'kill -9 $$' }, 5_000)).to.equal('it was ended by SIGKILL');
    expect(await runProbe({ command: ['/no/such/program'] }, 5_000)).to.include('ENOENT');
  });

  it('ends at its deadline, with all that it has started', async () => {
    const file = path.join(resources.directory(), 'pid');
    const command = `sleep 1000 & echo $! > ${file}; wait`;
    const probing = runProbe({ command }, 1_000);
    await eventually(() => expect(existsSync(file) && readFileSync(file, 'utf8')).to.match(/\d+\n/));
    expect(await probing).to.equal('no answer within 1 s');
    const pid = Number(readFileSync(file, 'utf8'));
    await eventually(() => expect(readState(pid)).to.be.oneOf([undefined, 'Z']));
  });
});

/** The state of a process by the system; undefined if there is none. */
function readState(pid: number): string | undefined {
  const file = `/proc/${pid}/stat`;
  return existsSync(file) ? /\) (\S)/.exec(readFileSync(file, 'utf8'))?.[1] : undefined;
}
