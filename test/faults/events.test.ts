import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import type { DaemonProcess } from '../support/daemon-process.js';
import { EventFollower } from '../support/event-follower.js';
import { kept, type ShownUser } from '../support/event-picture.js';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';
import { TestResources } from '../support/test-resources.js';

/** Those who keep healing, and those who come and go. */
const FAITHFUL = [1, 2, 3, 4, 5];
const FICKLE = [11, 12, 13, 14, 15];
const PATH = `/events?${[...FAITHFUL, ...FICKLE].map((id) => `users=${id}`).join('&')}`;
/** Seconds: longer than a busy machine delays a heal, and those who heal go on through a restart. */
const TIMEOUT = 60;
/** The same where the daemon is to stand still for longer. */
const SHORT_TIMEOUT = 12;

describe('readers of events', () => {
  const resources = new TestResources();
  let isOver: boolean;

  beforeEach(() => {
    isOver = false;
  });

  afterEach(async () => {
    isOver = true;
    await resources.clear();
  });

  /** Heals the faithful all the time, and lets the others come and go, until the test is over. */
  async function live(base: string): Promise<void> {
    const call = (method: string, target: string) =>
      fetch(`${base}${target}`, { method, signal: AbortSignal.timeout(5_000) })
        .then((answer) => answer.text())
        .catch(() => undefined);
    for (let round = 0; !isOver; round++) {
      await Promise.all(FAITHFUL.map((id) => call('PUT', `/heal/${id}`)));
      const fickle = FICKLE[round % FICKLE.length] ?? 0;
      await call(round % 2 === 0 ? 'PUT' : 'DELETE', `/heal/${fickle}?device=d${round % 3}`);
      await pause(50);
    }
  }

  function follow(port: number): EventFollower {
    const follower = new EventFollower(port, PATH);
    resources.onClear(() => follower.stop());
    return follower;
  }

  async function begun(follower: EventFollower, states: number): Promise<void> {
    await eventually(() => expect(follower.states).to.have.length.at.least(states));
  }

  /** Once nobody comes or goes any more, its picture is what GET shows, and nobody faithful was ever offline. */
  async function expectTrue(follower: EventFollower, base: string): Promise<void> {
    isOver = true;
    await eventually(async () => {
      for (const id of [...FAITHFUL, ...FICKLE]) {
        const shown = (await (await fetch(`${base}/users/${id}`)).json()) as ShownUser;
        const pictured = follower.users.get(String(id));
        expect(pictured && kept(pictured), String(id)).to.equal(kept(shown));
      }
    });
    expect(follower.wrong).to.deep.equal([]);
  }

  function expectFaithful({ log }: EventFollower): void {
    const gone = log.filter(
      ({ type, user }) => type === 'user.offline' && FAITHFUL.includes(Number(user?.id)),
    );
    expect(gone).to.deep.equal([]);
  }

  async function daemonOn(port: number, data: string, timeout = TIMEOUT): Promise<DaemonProcess> {
    return resources.daemon(data, { 'session-timeout': timeout, port });
  }

  for (const signal of ['SIGKILL', 'SIGTERM'] as const)
    it(`see nobody offline who keeps healing, and miss nothing, through restarts after ${signal}`, async () => {
      const [port, data] = [await freePort(), resources.directory()];
      let daemon = await daemonOn(port, data);
      const { url } = daemon;
      void live(url);
      const follower = follow(port);
      await begun(follower, 1);
      for (let restart = 1; restart <= 2; restart++) {
        await pause(1_500);
        daemon.signal(signal);
        await daemon.ended;
        daemon = await daemonOn(port, data);
        await begun(follower, restart + 1);
      }
      await eventually(() => expect(follower.log.length).to.be.greaterThan(10));
      expect(follower.states.slice(1).every(({ reset }) => reset === true)).to.equal(true);
      expectFaithful(follower);
      await expectTrue(follower, url);
    });

  it('hear that the daemon was blind during a SIGSTOP, and of nobody offline because of it', async () => {
    const port = await freePort();
    const daemon = await daemonOn(port, resources.directory(), SHORT_TIMEOUT);
    void live(daemon.url);
    const follower = follow(port);
    await begun(follower, 1);
    await pause(1_000);
    daemon.signal('SIGSTOP');
    await pause(SHORT_TIMEOUT * 1_000 + 3_000);
    daemon.signal('SIGCONT');
    await eventually(() => expect(follower.log.map(({ type }) => type)).to.include('daemon.blind'));
    // By the time that a call of others has an effect again, whoever would be offline because of it is.
    const heard = follower.log.length;
    const isFickle = (id: unknown) => FICKLE.includes(Number(id));
    await eventually(() =>
      expect(follower.log.slice(heard).some(({ user }) => isFickle(user?.id))).to.equal(true),
    );
    expectFaithful(follower);
    await expectTrue(follower, daemon.url);
    expect(follower.states).to.have.length(1);
  });

  it('behind nginx hear at once, and miss nothing when it is killed and started again', async () => {
    const daemon = await daemonOn(0, resources.directory());
    const port = await freePort();
    const directory = resources.directory();
    mkdirSync(path.join(directory, 'logs'));
    const file = path.join(directory, 'nginx.conf');
    writeFileSync(file, nginxConfig(directory, port, daemon.url));
    const command = ['/usr/sbin/nginx', '-p', directory, '-c', file] as const;
    let nginx = resources.run({ command });
    void live(daemon.url);
    const follower = follow(port);
    await begun(follower, 1);
    for (let cut = 0; cut < 2; cut++) {
      const before = follower.log.length;
      await eventually(() => expect(follower.log.length).to.be.greaterThan(before));
      const heard = follower.log.length;
      await nginx.kill();
      await pause(700);
      nginx = resources.run({ command });
      await eventually(() => expect(follower.log.length).to.be.greaterThan(heard));
    }
    expect(follower.states).to.have.length(1);
    expectFaithful(follower);
    await expectTrue(follower, daemon.url);
  });
});

/** One process, so that killing it cuts every connection. */
function nginxConfig(directory: string, port: number, target: string): string {
  return `
    daemon off;
    master_process off;
    pid ${directory}/nginx.pid;
    error_log ${directory}/logs/error.log;
    events { worker_connections 256; }
    http {
      access_log off;
      client_body_temp_path ${directory}/body;
      proxy_temp_path ${directory}/proxy;
      fastcgi_temp_path ${directory}/fastcgi;
      uwsgi_temp_path ${directory}/uwsgi;
      scgi_temp_path ${directory}/scgi;
      server {
        listen 127.0.0.1:${port};
        location / {
          proxy_pass ${target};
          proxy_http_version 1.1;
          proxy_set_header Connection '';
          proxy_set_header Host $http_host;
          proxy_read_timeout 60s;
        }
      }
    }`;
}
