import { expect } from 'chai';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ServiceManager } from '../../../src/adapters/process/service-manager.js';
import { eventually } from '../../support/eventually.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { SimulatedClock } from '../../support/simulated-clock.js';
import { TestResources } from '../../support/test-resources.js';

const PID = 4711;

describe('what a service manager hears', () => {
  const resources = new TestResources();
  let logger: RecordingLogger;
  let clock: SimulatedClock;
  let socket: string;
  let heard: () => readonly string[];

  beforeEach(async () => {
    logger = new RecordingLogger();
    clock = new SimulatedClock();
    socket = path.join(resources.directory(), 'notify');
    const holder = resources.run({ command: ['/usr/bin/python3', 'test/support/notify-socket.py', socket] });
    await eventually(() => expect(holder.stdout).to.match(/^bound$/m));
    heard = () =>
      holder.stdout.split('\n').filter((line) => line.includes('=') && !line.startsWith('BARRIER'));
  });

  afterEach(() => resources.clear());

  function manager(env: Readonly<Record<string, string>>): ServiceManager {
    const made = new ServiceManager({
      env: { PATH: process.env['PATH'], NOTIFY_SOCKET: socket, ...env },
      pid: PID,
      clock,
      logger,
    });
    resources.onClear(() => made.stopping());
    return made;
  }

  /** A PATH with a `systemd-notify` that runs the real one, and how often that has ended. */
  function countingNotify(): { readonly PATH: string; readonly sent: () => number } {
    const directory = resources.directory();
    const log = path.join(directory, 'sent');
    const script = [
      '#!/bin/sh',
      `export PATH='${process.env['PATH'] ?? ''}'`,
      'systemd-notify "$@"',
      'code=$?',
      `echo "$1" >> '${log}'`,
      'exit $code',
    ];
    writeFileSync(path.join(directory, 'systemd-notify'), script.join('\n'), { mode: 0o755 });
    return {
      PATH: directory,
      sent: () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n').length : 0),
    };
  }

  /** The shells that this process has started. */
  function shells(): readonly string[] {
    const { stdout } = spawnSync('pgrep', ['-x', '-P', String(process.pid), 'sh'], { encoding: 'utf8' });
    return stdout.split('\n').filter((pid) => pid !== '');
  }

  const hears = (...messages: string[]): Promise<unknown> =>
    eventually(() => expect(heard()).to.deep.equal(messages));

  it('is that the daemon is ready, reloads and stops, in this order', async () => {
    const service = manager({});
    service.ready();
    await service.reloading(() => Promise.resolve());
    service.stopping();
    service.ready();
    await hears('READY=1', 'RELOADING=1', 'READY=1', 'STOPPING=1');
  });

  it('is that the event loop runs, three times in the time of the watchdog, from the start until the stop', async () => {
    const service = manager({ WATCHDOG_USEC: '30000000', WATCHDOG_PID: String(PID) });
    await clock.advance(60_000);
    service.ready();
    await clock.advance(30_000);
    await hears('READY=1', 'WATCHDOG=1', 'WATCHDOG=1', 'WATCHDOG=1');
    service.stopping();
    await clock.advance(60_000);
    await hears('READY=1', 'WATCHDOG=1', 'WATCHDOG=1', 'WATCHDOG=1', 'STOPPING=1');
  });

  it('is nothing of a watchdog that is for another process, or for none', async () => {
    for (const env of [{ WATCHDOG_USEC: '3000000', WATCHDOG_PID: '1' }, { WATCHDOG_USEC: '0' }]) {
      const service = manager(env);
      service.ready();
      await clock.advance(60_000);
      service.stopping();
    }
    await eventually(() =>
      expect([...heard()].sort()).to.deep.equal(['READY=1', 'READY=1', 'STOPPING=1', 'STOPPING=1']),
    );
  });

  it('is nothing of a reload before the start is over', async () => {
    const service = manager({});
    let reloads = 0;
    await service.reloading(() => {
      reloads++;
      return Promise.resolve();
    });
    expect(reloads).to.equal(1);
    service.ready();
    await hears('READY=1');
  });

  it('goes on after the shell that sends it was killed', async () => {
    const service = manager({});
    service.ready();
    await hears('READY=1');
    execFileSync('pkill', ['-KILL', '-x', '-P', String(process.pid), 'sh']);
    await eventually(() =>
      expect(logger.events()).to.deep.equal([
        'the shell that talks to systemd has ended, and another one begins',
      ]),
    );
    await clock.advance(1000);
    await service.reloading(() => Promise.resolve());
    await hears('READY=1', 'RELOADING=1', 'READY=1');
  });

  it('reaches a socket that socat holds', async () => {
    const other = path.join(resources.directory(), 'socat');
    const socat = resources.run({ command: ['socat', '-d', '-d', '-u', `UNIX-RECV:${other}`, 'STDOUT'] });
    await eventually(() => expect(socat.stderr).to.include('starting data transfer loop'));
    manager({ NOTIFY_SOCKET: other }).ready();
    await eventually(() => expect(socat.stdout).to.match(/^READY=1/));
  });

  it('is one line in the log where systemd-notify is missing, and where nobody holds the socket', async () => {
    const [missing, failed] = [/^systemd-notify is missing/, /^systemd-notify failed$/];
    manager({ PATH: resources.directory() }).ready();
    await eventually(() => expect(logger.events().filter((event) => missing.test(event))).to.have.length(1));
    const { PATH, sent } = countingNotify();
    const service = manager({ PATH, NOTIFY_SOCKET: path.join(resources.directory(), 'nobody') });
    service.ready();
    service.ready();
    await eventually(() => expect(sent()).to.equal(2));
    await eventually(() => expect(logger.events().filter((event) => failed.test(event))).to.have.length(1));
    // By the time that a third one has failed, what the second printed was read.
    service.ready();
    await eventually(() => expect(sent()).to.equal(3));
    expect(logger.lines).to.have.length(2);
  });

  it('is nothing, and no program is started, where there is no service manager', async () => {
    const before = shells();
    const started = () => shells().filter((pid) => !before.includes(pid));
    const { PATH, sent } = countingNotify();
    for (const socketless of [{}, { NOTIFY_SOCKET: '' }]) {
      const service = new ServiceManager({ env: { PATH, ...socketless }, pid: PID, clock, logger });
      expect(started()).to.deep.equal([]);
      service.ready();
      await service.reloading(() => Promise.resolve());
      expect(started()).to.deep.equal([]);
      service.stopping();
    }
    manager({ PATH }).ready();
    expect(started()).to.have.length(1);
    await eventually(() => expect(sent()).to.equal(1));
    expect(logger.lines).to.deep.equal([]);
  });
});
