import { expect } from 'chai';
import { Command } from 'commander';
import { addChannelsCommand } from '../../../src/cli/channels/command.js';
import { recordingChannel } from '../../support/recording-channel.js';
import { SimulatedApp } from '../../support/simulated-app.js';
import { authOf, keyRule } from '../auth/support.js';
import { ServedDaemon } from '../support/served-daemon.js';

const startDaemon = () => Promise.resolve();

describe('heartbeat channels test', () => {
  const ops = recordingChannel('ops');
  let http: ServedDaemon;

  before(async () => {
    const auth = authOf(keyRule('ops', { scopes: ['admin'] }));
    http = await new ServedDaemon(new SimulatedApp({ channels: [ops.channel] }), auth).serve();
  });

  after(() => http.stop());

  afterEach(() => {
    process.exitCode = undefined;
  });

  async function run(arguments_: readonly string[], env: Record<string, string> = {}) {
    const texts: string[] = [];
    const write = { write: (text: string) => texts.push(text) };
    const program = new Command().exitOverride();
    const rest = { stdout: write, stderr: write, version: '', mainPath: '', startDaemon };
    addChannelsCommand(program, { ...rest, env: { XDG_CONFIG_HOME: '/no/such', ...env } });
    for (const group of program.commands)
      for (const each of [group, ...group.commands])
        each.exitOverride().configureOutput({ writeErr: (text) => texts.push(text) });
    let wrongUsage = 0;
    await program
      .parseAsync(['channels', 'test', ...arguments_], { from: 'user' })
      .catch((error: unknown) => {
        wrongUsage = (error as { exitCode: number }).exitCode;
      });
    const code = wrongUsage === 0 ? process.exitCode : wrongUsage;
    process.exitCode = undefined;
    return { code, text: texts.join('') };
  }

  const env = () => ({ HEARTBEAT_URL: http.url, HEARTBEAT_KEY: 'ops' });

  it('says that the message was delivered, or why not', async () => {
    const { code, text } = await run(['ops'], env());
    expect([code, text]).to.deep.equal([
      0,
      `channel ops has delivered the test message ${ops.told[0]?.id}\n`,
    ]);
    expect(ops.told[0]).to.include({ type: 'test', message: "This is a test of channel 'ops'." });
    ops.fails = true;
    const failed = await run(['ops', '--json'], env());
    expect(failed.code).to.equal(1);
    expect(JSON.parse(failed.text)).to.deep.include({ channel: 'ops', state: 'failed', error: 'it fails' });
  });

  it('says what is wrong: an unknown channel, no key, no daemon, no URL', async () => {
    expect(await run(['nobody'], env())).to.deep.equal({ code: 1, text: 'heartbeat: no such channel\n' });
    const withoutKey = await run(['ops'], { HEARTBEAT_URL: http.url });
    expect(withoutKey.code).to.equal(1);
    expect(withoutKey.text).to.match(/^heartbeat: a key is required/);
    expect((await run(['ops', '--url', 'ftp://x'], env())).code).to.equal(64);
    expect((await run(['ops', '--timeout', 'x'], env())).text).to.match(
      /--timeout must be a number of seconds/,
    );
  });
});
