import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { eventually } from '../support/eventually.js';
import { ROOT, type DaemonProcess } from '../support/daemon-process.js';
import { ready, TestResources } from '../support/test-resources.js';

describe('a daemon under systemd', () => {
  const resources = new TestResources();

  afterEach(() => resources.clear());

  /** What is said on a socket that is held as systemd holds it. */
  async function holdSocket(socket: string): Promise<DaemonProcess> {
    const holder = resources.run({ command: ['/usr/bin/python3', 'test/support/notify-socket.py', socket] });
    await eventually(() => expect(holder.stdout).to.match(/^bound$/m));
    return holder;
  }

  it('says when it is ready, that its event loop runs, and when it reloads and stops', async () => {
    const directory = resources.directory();
    const socket = path.join(directory, 'notify');
    const holder = await holdSocket(socket);
    const heard = (...messages: string[]): Promise<void> =>
      eventually(() => {
        const said = holder.stdout.split('\n').filter((line) => !line.startsWith('BARRIER'));
        for (const message of messages) expect(said).to.include(message);
      });
    const daemon = resources.launch(
      path.join(directory, 'data'),
      {},
      {
        env: { NOTIFY_SOCKET: socket, WATCHDOG_USEC: '600000' },
      },
    );
    await heard('READY=1', 'WATCHDOG=1');
    await ready(daemon);
    daemon.signal('SIGHUP');
    await heard('RELOADING=1');
    await eventually(() => expect(holder.stdout.match(/^READY=1$/gm)).to.have.length(2));
    daemon.signal('SIGTERM');
    expect((await daemon.ended).code).to.equal(0);
    await heard('STOPPING=1');
  });

  it('is not told to reload a configuration that is wrong', () => {
    const directory = resources.directory();
    const file = path.join(directory, 'heartbeat.yaml');
    for (const unit of ['heartbeat.service', 'heartbeat.service.d/tls.conf']) {
      const [check = '', signal = ''] = [
        ...readFileSync(`deploy/${unit}`, 'utf8').matchAll(/^ExecReload=\+?(\S.*)$/gm),
      ].map(([, command = '']) => command);
      expect(signal).to.equal('/bin/kill -HUP $MAINPID');
      const command = check
        .replaceAll('/opt/heartbeat/', ROOT)
        .replaceAll('/etc/heartbeat/heartbeat.yaml', file)
        .replaceAll('/var/lib/heartbeat', path.join(directory, 'data'));
      // As systemd does it, in an environment of its own.
      const env = { PATH: process.env['PATH'] };
      const checked = (text: string) => {
        writeFileSync(file, text);
        const { status, stderr } = spawnSync('/bin/sh', ['-c', command], { env, encoding: 'utf8' });
        return { status, stderr };
      };
      expect(checked('session_timeout: 9\n'), unit).to.deep.equal({ status: 0, stderr: '' });
      expect(checked('session_timeout: soon\n').status, unit).to.equal(78);
    }
  });
});
