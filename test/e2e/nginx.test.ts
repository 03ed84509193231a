import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { heal } from '../support/calls.js';
import type { DaemonProcess } from '../support/daemon-process.js';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';
import { SocketFleet } from '../support/socket-fleet.js';
import { TestResources } from '../support/test-resources.js';

const USERS = [1, 2, 3, 4, 5];
/** Seconds. */
const TIMEOUT = 6;

describe('a real nginx in front, with the configuration of deploy/', () => {
  const resources = new TestResources();

  afterEach(() => resources.clear());

  async function startNginx(daemon: string, port: number): Promise<DaemonProcess> {
    const directory = resources.directory();
    mkdirSync(path.join(directory, 'logs'));
    const site = readFileSync('deploy/nginx.conf', 'utf8')
      .replace('127.0.0.1:3519', new URL(daemon).host)
      .replace('listen 8080', `listen 127.0.0.1:${String(port)}`);
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (kind) => `${kind}_temp_path ${directory}/${kind};`,
    );
    const lines = [
      'daemon off;',
      'master_process off;',
      `pid ${directory}/nginx.pid;`,
      `error_log ${directory}/logs/error.log;`,
      'events {}',
      `http { access_log off; ${temporary.join(' ')}`,
      site,
      '}',
    ];
    const file = path.join(directory, 'nginx.conf');
    writeFileSync(file, lines.join('\n'));
    const nginx = resources.run({
      command: ['nginx', '-p', directory, '-c', file, '-e', `${directory}/logs/error.log`],
    });
    await eventually(async () => {
      if (!nginx.running) throw new Error(nginx.stderr);
      expect((await fetch(`http://127.0.0.1:${String(port)}/healthz`)).status).to.equal(200);
    });
    return nginx;
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
