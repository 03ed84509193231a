import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { Agent, request } from 'undici';
import { makeCertificate } from '../support/certificate.js';
import type { DaemonProcess } from '../support/daemon-process.js';
import { eventually } from '../support/eventually.js';
import { TestResources } from '../support/test-resources.js';
import { keyLine } from '../support/keys.js';

const agent = new Agent({ connect: { rejectUnauthorized: false }, pipelining: 0 });

async function statusOf(daemon: DaemonProcess, key: string, route = '/supervision'): Promise<number> {
  const { statusCode, body } = await request(`${daemon.url}${route}`, {
    dispatcher: agent,
    headers: { authorization: `Bearer ${key}` },
  });
  await body.dump();
  return statusCode;
}

interface ShownNode {
  readonly maintenance?: { readonly reason?: string };
}

describe('a daemon that gets SIGHUP', () => {
  const resources = new TestResources();

  afterEach(() => resources.clear());
  after(() => agent.destroy());

  it('applies the options that it can, names those that need a restart, and changes nothing if the new file is wrong', async () => {
    const directory = resources.directory();
    const file = path.join(directory, 'heartbeat.yaml');
    const certificate = makeCertificate(directory, 'one');
    expect(certificate.certificate).to.include('BEGIN');
    const tls = `tls: { certificate: ${path.join(directory, 'one.crt')}, key: ${path.join(directory, 'one.key')} }\n`;
    const write = (more: string, ...keys: readonly string[]): void => {
      writeFileSync(file, `${tls}${more}auth:\n  keys:\n${keys.map((key) => keyLine(key)).join('')}`);
    };
    write('log: { level: info }\n', 'old');
    const daemon = await resources.daemon(path.join(directory, 'data'), { config: file });
    expect(daemon.url).to.match(/^https:/);
    expect([await statusOf(daemon, 'old'), await statusOf(daemon, 'new')]).to.deep.equal([200, 401]);

    makeCertificate(directory, 'one');
    write('session_timeout: 9\nlog: { level: debug }\nchannels: { chat: { kind: log } }\n', 'new');
    daemon.signal('SIGHUP');
    await eventually(() => expect(daemon.hasLogged('configuration reloaded')).to.equal(true));
    expect([await statusOf(daemon, 'old'), await statusOf(daemon, 'new')]).to.deep.equal([401, 200]);
    const [reloaded] = daemon.logged('configuration reloaded');
    expect(reloaded?.['applied']).to.have.members([
      'log.level',
      'tls',
      'auth.keys.new',
      'auth.keys.old',
      'channels.chat',
      'channels.log',
    ]);
    expect(daemon.logged('other changes need a restart')[0]).to.deep.include({
      options: ['session_timeout'],
    });
    // Refusals are logged at the new level.
    expect(daemon.hasLogged('request refused')).to.equal(true);

    write('log: { level: loud }\n', 'other');
    daemon.signal('SIGHUP');
    await eventually(() =>
      expect(daemon.hasLogged('invalid configuration ignored: the previous one stays in force')).to.equal(
        true,
      ),
    );
    expect([await statusOf(daemon, 'other'), await statusOf(daemon, 'new')]).to.deep.equal([401, 200]);
    expect(daemon.running).to.equal(true);
    // The output contains no secret.
    for (const secret of ['PRIVATE KEY', 'Bearer']) {
      expect(daemon.stderr + daemon.stdout).to.not.include(secret);
    }
  });

  it('opens and closes maintenance windows, and keeps them if the new file is wrong', async () => {
    const directory = resources.directory();
    const file = path.join(directory, 'heartbeat.yaml');
    const window = (reason: string) =>
      `  - { matchers: ["name=db"], starts_at: 2020-01-01, ends_at: 2100-01-01, reason: ${reason} }\n`;
    writeFileSync(file, 'log: { level: info }\n');
    const daemon = await resources.daemon(path.join(directory, 'data'), { config: file });
    const put = await request(`${daemon.url}/nodes/db`, { method: 'PUT', body: '{}' });
    await put.body.dump();
    const reload = async (text: string, message: string, times: number): Promise<ShownNode> => {
      writeFileSync(file, text);
      daemon.signal('SIGHUP');
      await eventually(() => expect(daemon.logged(message)).to.have.length(times));
      const { body } = await request(`${daemon.url}/nodes/db`);
      return (await body.json()) as ShownNode;
    };
    const RELOADED = 'configuration reloaded';
    const opened = await reload(`maintenance:\n${window('move')}`, RELOADED, 1);
    expect(opened.maintenance).to.include({ reason: 'move' });
    const wrong = 'invalid configuration ignored: the previous one stays in force';
    const kept = await reload('maintenance:\n  - { matchers: [] }\n', wrong, 1);
    expect(kept.maintenance).to.include({ reason: 'move' });
    const changed = await reload(`maintenance:\n${window('another')}`, RELOADED, 2);
    expect(changed.maintenance).to.include({ reason: 'another' });
    const closed = await reload('maintenance: []\n', RELOADED, 3);
    expect(closed).not.to.have.property('maintenance');
    expect(daemon.running).to.equal(true);
  });
});
