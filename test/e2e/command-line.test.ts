import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'chai';
import { HEARTBEAT, type DaemonProcess } from '../support/daemon-process.js';
import { eventually } from '../support/eventually.js';
import { TestResources } from '../support/test-resources.js';

interface Streamed {
  readonly id: string;
  readonly type: string;
  readonly node?: { readonly name: string };
}

interface Started {
  readonly child: ChildProcess;
  /** Its output, of both kinds. */
  readonly text: () => string;
  readonly closed: Promise<unknown>;
}

describe('the commands of a client', () => {
  const resources = new TestResources();
  let daemon: DaemonProcess;

  before(async () => {
    daemon = await resources.daemon(resources.directory());
  });

  after(() => resources.clear());

  const env = () => ({ HEARTBEAT_URL: daemon.url, XDG_CONFIG_HOME: '/no/such/directory' });

  function start(args: readonly string[]): Started {
    const child = spawn(process.execPath, [HEARTBEAT, ...args], { env: { ...process.env, ...env() } });
    resources.onClear(() => {
      child.kill('SIGKILL');
    });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
    child.stderr.setEncoding('utf8').on('data', (part: string) => (text += part));
    return { child, text: () => text, closed: once(child, 'close') };
  }

  it('print events as they happen, in lines and as JSON, and continue after one', async () => {
    const beat = async (name: string): Promise<void> => {
      await resources.heartbeat(['beat', name], { env: env() });
      await resources.heartbeat(['fail', name, '--reason', 'a test'], { env: env() });
    };
    const lines = start(['events', '--types', 'node.flip']);
    const json = start(['events', '--types', 'node.flip', '--json']);
    await eventually(() => {
      expect(lines.text()).to.match(/\tstate\t/);
      expect(json.text()).to.match(/"type":"state"/);
    });
    await beat('a');
    await eventually(() => {
      expect(lines.text()).to.match(/Z\tnode\.flip\ta: active -> failed: a test\n$/);
      expect(json.text()).to.match(/"type":"node.flip".*\n$/);
    });
    lines.child.kill('SIGTERM');
    json.child.kill('SIGINT');
    await Promise.all([lines.closed, json.closed]);
    expect([lines.child.exitCode, json.child.exitCode]).to.deep.equal([0, 0]);
    const events = json
      .text()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Streamed);
    const flip = events.at(-1);
    expect(flip?.node?.name).to.equal('a');
    await beat('b');
    const after = start(['events', '--types', 'node.flip', '--json', '--after', flip?.id ?? '']);
    await eventually(() => expect(after.text()).to.match(/\n$/));
    expect((JSON.parse(after.text().split('\n')[0] ?? '') as Streamed).node?.name).to.equal('b');
    after.child.kill('SIGTERM');
  });

  it('read a list of nodes from standard input', async () => {
    const emitter = start(['emit', '--nodes', '-', '--interval', '0.1', '--json']);
    emitter.child.stdin?.end('- { name: from-a-pipe, timeout: 900 }\n');
    await eventually(async () => {
      const answer = await fetch(`${daemon.url}/nodes/from-a-pipe`);
      expect(await answer.json()).to.include({ state: 'active', timeout: 900 });
    });
    emitter.child.kill('SIGINT');
    await emitter.closed;
    expect(emitter.child.exitCode, emitter.text()).to.equal(0);
    const wrong = start(['emit', '--nodes', '-']);
    wrong.child.stdin?.end('- ..\n');
    await wrong.closed;
    expect([wrong.child.exitCode, wrong.text()]).to.deep.equal([
      78,
      'standard input:1: nodes[0]: must be 1 to 255 bytes, and not "." or ".."\n',
    ]);
  });

  it('end in silence when nobody reads on', async () => {
    const names = Array.from({ length: 3000 }, (_, index) => `node-${String(index).padStart(200, '0')}`);
    await fetch(`${daemon.url}/nodes/heartbeats`, { method: 'POST', body: JSON.stringify(names) });
    const shell = resources.run({
      command: ['sh', '-c', '"$0" "$1" nodes --name node- | head -n 1', process.execPath, HEARTBEAT],
      env: env(),
    });
    expect(await shell.ended).to.deep.equal({ code: 0, signal: null });
    expect([shell.stdout.split('\n').length, shell.stderr]).to.deep.equal([2, '']);
  });
});
