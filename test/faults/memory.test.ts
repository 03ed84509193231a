import { expect } from 'chai';
import type { DaemonProcess } from '../support/daemon-process.js';
import { HEARTBEAT } from '../support/daemon-process.js';
import { eventually } from '../support/eventually.js';
import { TestResources, ready, startFlags } from '../support/test-resources.js';

/** Far more than fit into a heap of 64 MiB; the daemon itself takes 25. */
const CROWD = 80_000;
const BATCH = 5000;

describe('with a heap of 64 MiB', () => {
  const resources = new TestResources();

  afterEach(() => resources.clear());

  function launch(directory: string, heap: number): DaemonProcess {
    const flags = startFlags(directory, { 'session-timeout': 3600 });
    return resources.run({
      command: [process.execPath, `--max-old-space-size=${heap}`, HEARTBEAT, 'start', ...flags],
    });
  }

  async function post(daemon: DaemonProcess, path: string, body: string): Promise<unknown> {
    const response = await fetch(`${daemon.url}${path}`, { method: 'POST', body });
    return response.json();
  }

  async function online(daemon: DaemonProcess): Promise<number> {
    const metrics = await (await fetch(`${daemon.url}/metrics`)).text();
    return Number(/^heartbeat_users_online (\d+)$/m.exec(metrics)?.[1]);
  }

  async function fill(daemon: DaemonProcess, from: number, count: number): Promise<void> {
    for (let first = from; first < from + count; first += BATCH) {
      const ids = Array.from({ length: BATCH }, (_, index) => first + index);
      await post(daemon, '/heal', ids.join('\n'));
    }
  }

  it('refuses users that do not fit, keeps all others online, and loses none at a kill -9', async () => {
    const directory = resources.directory();
    const daemon = await ready(launch(directory, 64));
    await fill(daemon, 1, CROWD);
    // Garbage collection may have made room, which the next users fill.
    let next = CROWD + 1;
    const refused = (call: string) =>
      eventually(
        async () => {
          await fill(daemon, next, BATCH);
          next += BATCH + 1;
          const answer = await fetch(`${daemon.url}/${call}${String(next - 1)}`, { method: 'PUT' });
          expect(answer.status).to.equal(503);
          return answer;
        },
        { every: 1 },
      );
    const newcomer = await refused('heal/');
    expect(newcomer.headers.has('retry-after')).to.equal(true);
    expect(await newcomer.json()).to.deep.equal({
      error: 'memory is short, so new users and nodes are refused, try again later',
    });
    expect((await fetch(`${daemon.url}/heal/1`, { method: 'PUT' })).status).to.equal(200);
    const registration = await refused('nodes/db');
    expect(await registration.json()).to.have.property('code', 'HEARTBEAT_MEMORY_SHORT');
    // Once per shortage; garbage collection may end one.
    const shortages = daemon.log
      .map(({ message }) => message)
      .filter((message) => /^memory (low|recovered)/.test(message));
    expect(shortages).to.not.deep.equal([]);
    for (const [index, word] of shortages.entries())
      expect(word, `line ${index}`).to.match(index % 2 === 0 ? /^memory low/ : /^memory recovered/);
    const stayed = await online(daemon);
    expect(stayed).to.be.within(10_000, CROWD - BATCH);
    await daemon.kill();

    const again = await ready(launch(directory, 64));
    expect(await online(again)).to.be.within(stayed, stayed + 1);
    await again.kill();

    const smaller = launch(directory, 40);
    expect(await smaller.ended).to.deep.equal({ code: 1, signal: null });
    const [words] = smaller.stderr.split('\n').filter((line) => line.startsWith('heartbeat: '));
    const [, users, needed, has] =
      /holds (\d+) users online, \d+ nodes and 0 undelivered alerts, which need a heap of about (\d+) MiB, and this one has (\d+) MiB/.exec(
        words ?? '',
      ) ?? [];
    expect(Number(users)).to.be.within(stayed, stayed + 1);
    expect(Number(has)).to.equal(40);
    // The requested heap is enough.
    const larger = await ready(launch(directory, Number(needed)));
    expect(await online(larger)).to.equal(Number(users));
  });
});
