import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, linkSync, statSync, writeFileSync, readdirSync, rmSync } from 'node:fs';
import { createServer, connect } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'undici';
import { createClient } from '../../src/client/api/index.js';
import { reaching } from '../../src/cli/daemon/reaching.js';
import { commandLine } from '../support/command-line.js';
import { eventually } from '../support/eventually.js';
import { user } from '../support/ids.js';
import { TestResources } from '../support/test-resources.js';
import { GatewayUnderTest, type StartOptions } from './support/gateway-under-test.js';
import { head } from './support/raw-client.js';

describe('listening on a Unix socket', () => {
  const resources = new TestResources();
  let directory: string;
  let file: string;

  beforeEach(() => {
    directory = resources.directory();
    file = path.join(directory, 'heartbeat.sock');
  });

  afterEach(() => resources.clear());

  async function start(options: StartOptions = {}, at = file): Promise<GatewayUnderTest> {
    const served = new GatewayUnderTest(true, { host: `unix:${at}`, ...options });
    resources.onClear(() => served.stop());
    return served.listen();
  }

  async function failureOf(at: string): Promise<{ readonly code: string; readonly message: string }> {
    const error: unknown = await start({}, at).catch((caught: unknown) => caught);
    if (!(error instanceof Error && 'code' in error)) throw new Error('it listens');
    return { code: String(error.code), message: error.message };
  }

  function clientOf(url: string) {
    const client = createClient({ ...reaching(url), retries: 0 });
    resources.onClear(() => client.close());
    return client;
  }

  it('serves who may write to it, and removes it at the end', async () => {
    for (const [mode, expected] of [
      [undefined, 0o600],
      ['0666', 0o666],
    ] as const) {
      const served = await start(mode === undefined ? {} : { unix_socket_mode: mode });
      expect(served.url).to.equal(`unix:${file}`);
      expect(statSync(file).mode & 0o777).to.equal(expected);
      const client = clientOf(served.url);
      expect(await client.health()).to.deep.equal({ status: 'ok' });
      await client.heal('7');
      expect(served.daemon.asked.at(-1)).to.deep.include({ kind: 'heal', user: user(7) });
      await client.close();
      await served.stop();
      expect(existsSync(file)).to.equal(false);
    }
  });

  it('is reached by the commands, and found in the configuration', async () => {
    const { url } = await start();
    const healed = await commandLine(['heal', '7'], { env: { HEARTBEAT_URL: url } });
    expect([healed.code, healed.stderr]).to.deep.equal([0, '']);
    const ready = await commandLine(['healthcheck', '--ready'], { env: { HEARTBEAT_HOST: url } });
    expect([ready.code, ready.stdout, ready.stderr]).to.deep.equal([0, '', '']);
    const nobody = await commandLine(['healthcheck', '--url', `unix:${directory}/nobody`]);
    expect([nobody.code, nobody.stderr]).to.deep.equal([
      1,
      `heartbeat: unix:${directory}/nobody/healthz did not answer: connect ENOENT ${directory}/nobody\n`,
    ]);
  });

  it('is what the commands on the page of the API use', async () => {
    const at = path.join(directory, "ann's.sock");
    await start({}, at);
    const client = new Client('http://localhost', { socketPath: at });
    resources.onClear(() => client.close());
    const page = await client.request({ method: 'GET', path: '/docs' }).then(({ body }) => body.text());
    const [, command = ''] = /<code>(curl [^<]*\/healthz)<\/code>/.exec(page) ?? [];
    const shell = command.replaceAll('&#39;', "'").replaceAll('&quot;', '"').replaceAll('&amp;', '&');
    const { stdout } = await promisify(execFile)('sh', ['-c', `${shell} -sS`]);
    expect(JSON.parse(stdout)).to.deep.equal({ status: 'ok' });
  });

  it('is named where a command gets no answer, and refused where its path is too long', async () => {
    const nowhere = `unix:${directory}/nobody`;
    const status = await commandLine(['heal', '7', '--url', nowhere]);
    expect(status.code).to.equal(1);
    expect(status.stderr).to.include(`got no answer from ${nowhere}: ENOENT`).and.not.include('localhost');
    const long = `unix:/${'x'.repeat(107)}`;
    for (const command of [['heal', '7'], ['healthcheck'], ['emit', '--nodes', '1']]) {
      const { code, stderr } = await commandLine([...command, '--url', long]);
      expect([code, stderr]).to.deep.equal([
        64,
        `error: the path of a Unix socket has at most 107 bytes: ${long}\n(--help shows how it is used)\n`,
      ]);
    }
  });

  it('replaces the socket of a dead daemon, and no other file', async () => {
    const dead = createServer().listen(path.join(directory, 'before'));
    await once(dead, 'listening');
    linkSync(path.join(directory, 'before'), file);
    await new Promise((resolve) => dead.close(resolve));
    const { url } = await start();
    expect(await clientOf(url).health()).to.deep.equal({ status: 'ok' });

    const other = path.join(directory, 'notes.txt');
    writeFileSync(other, 'kept');
    expect(await failureOf(other)).to.deep.equal({
      code: 'HEARTBEAT_LISTEN_FAILED',
      message: `cannot listen on unix:${other}: there is a file that is no socket`,
    });
    expect(existsSync(other)).to.equal(true);
  });

  it('leaves a socket alone on which somebody listens', async () => {
    const { url } = await start();
    expect(await failureOf(file)).to.deep.equal({
      code: 'HEARTBEAT_PORT_IN_USE',
      message: `unix:${file} is already in use: stop the program that listens there, or choose another path with --host`,
    });
    expect(await clientOf(url).health()).to.deep.equal({ status: 'ok' });
  });

  it('leaves the socket of its successor alone when it stops', async () => {
    const first = await start();
    rmSync(file);
    const second = await start();
    await first.stop();
    expect(await clientOf(second.url).health()).to.deep.equal({ status: 'ok' });
    await second.stop();
    expect(readdirSync(directory)).to.deep.equal([]);
  });

  it('says why it cannot listen', async () => {
    const nowhere = path.join(directory, 'missing', 'heartbeat.sock');
    expect((await failureOf(nowhere)).message).to.match(
      /: its directory is missing, or the daemon may not write there$/,
    );
    expect((await failureOf(path.join(directory, 'x'.repeat(108)))).message).to.match(
      /at most 98 bytes here$/,
    );
  });

  it('cuts a connection whose answer is missing', async () => {
    const served = await start();
    served.daemon.hold();
    const client = connect(file);
    client.write(head('PUT /heal/7'));
    const ended = once(client, 'close');
    client.resume();
    await eventually(() => expect(served.daemon.asked).to.have.length(1));
    served.gateway.cut();
    await ended;
  });
});
