import { expect } from 'chai';
import { openApi } from '../../../src/http/contract/document.js';
import { commandLine, type Plan, type Said } from '../../support/command-line.js';
import { Contract } from '../../support/contract.js';
import { freePort } from '../../support/free-port.js';
import { recordingChannel } from '../../support/recording-channel.js';
import { SimulatedApp } from '../../support/simulated-app.js';
import { authOf, keyRule } from '../auth/support.js';
import { ServedDaemon } from '../support/served-daemon.js';

/** It would clear the screen, and turn the rest of the line around. */
const HOSTILE = 'x\u001b[2J\u202e\n y';
const SHOWN = 'x\\u001b[2J\\u202e\\u000a y';

/** With an address that would act on the terminal, and no key. */
const IMPORT = ['import', 'healthchecks', '--from', '\u001b', '--api-key-env', 'X'];
interface Sessions {
  readonly id: number;
  readonly history: readonly object[];
  readonly next_cursor?: string;
}

const COLOUR = new RegExp(`${String.fromCharCode(0x1b)}\\[\\d+m`, 'g');

describe('the commands that call the API', () => {
  const ops = recordingChannel('ops');
  const contract = new Contract(openApi({ batch: 100, page: 1000 }));
  let http: ServedDaemon;

  before(async () => {
    const auth = authOf(
      keyRule('all', { scopes: ['heal', 'read', 'admin'] }),
      keyRule('reader', { scopes: ['read'] }),
    );
    http = await new ServedDaemon(new SimulatedApp({ channels: [ops.channel] }), auth).serve();
  });

  after(() => http.stop());

  const say = (args: readonly string[], key = 'all', terminal?: number): Promise<Said> => {
    const env = { HEARTBEAT_URL: http.url, ...(key !== '' && { HEARTBEAT_KEY: key }) };
    const plan: Plan = { env, ...(terminal !== undefined && { terminal }) };
    return commandLine(args, plan);
  };

  const ok = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await say(args);
    expect([code, stderr], args.join(' ')).to.deep.equal([0, '']);
    return stdout;
  };

  /** The answer with `--json`, which must be one that the API documents for this call. */
  const json = async (method: string, path: string, ...args: readonly string[]): Promise<unknown> => {
    const found = contract.find(method, path);
    if (found === undefined) throw new TypeError(`${method} ${path} is not documented`);
    const document = JSON.parse(await ok(...args, '--json')) as unknown;
    const status = Object.keys(found.operation.responses).find((each) => each.startsWith('2'));
    contract.check(found, Number(status), 'application/json', document);
    return document;
  };

  it('show users: who is online, a user, sessions', async () => {
    expect(await ok('heal', '1', '9007199254740993')).to.equal('2 accepted, 0 rejected\n');
    const lines = (await ok('users')).trimEnd().split('\n');
    expect(lines.map((line) => line.split('\t')[0])).to.deep.equal(['1', '9007199254740993']);
    expect(lines[0]).to.match(/^1(\t2\d{3}-\d\d-\d\dT[\d:.]+Z){3}$/);
    expect(await ok('users', '--json')).to.include('"id": 9007199254740993,');
    await json('GET', '/users', 'users');
    const page = (await json('GET', '/users', 'users', '--limit', '1')) as { next_cursor: string };
    const rest = await json('GET', '/users', 'users', '--cursor', page.next_cursor);
    expect(rest).to.have.nested.property('users.length', 1);
    expect(await ok('user', '1')).to.match(/^user\t1\nstatus\tonline\n/);
    await json('GET', '/users/1', 'user', '1');
    const both = await say(['checkup', '1', '3']);
    expect(both.code).to.equal(2);
    expect(both.stdout.split('\n').map((line) => line.split('\t').slice(0, 2))).to.deep.equal([
      ['1', 'online'],
      ['3', 'offline'],
      [''],
    ]);
    await json('POST', '/checkup', 'checkup', '1');
    expect(await ok('goodbye', '1')).to.equal('1 accepted, 0 rejected\n');
    expect(await ok('rhythm', '1')).to.match(/^2[^\t]+Z\t2[^\t]+Z\t0\n$/);
    await http.daemon.clock.advance(60_000);
    await ok('heal', '1');
    await ok('goodbye', '1');
    const sessions = (await json('GET', '/heart_rhythm/1', 'rhythm', '1', '--limit', '5')) as Sessions;
    expect(sessions).to.include({ id: 1 });
    expect(sessions).to.not.have.property('next_cursor');
    const first = (await json('GET', '/heart_rhythm/1', 'rhythm', '1', '--limit', '1')) as Sessions;
    const cursor = first.next_cursor ?? '';
    const shown = await say(['rhythm', '1', '--limit', '1'], 'all', 120);
    expect(shown.stdout).to.include(`There are more: --cursor ${cursor}\n`);
    const later = (await json('GET', '/heart_rhythm/1', 'rhythm', '1', '--cursor', cursor)) as Sessions;
    expect([...first.history, ...later.history]).to.deep.equal(sessions.history);
    const wrong = await say(['heal', '2', 'nobody']);
    expect([wrong.code, wrong.stdout]).to.deep.equal([
      1,
      '1 accepted, 1 rejected\nnumber 2: invalid user_id format\n',
    ]);
  });

  it('change nodes, and show them', async () => {
    await ok('beat', 'db-1', 'db-2');
    expect(await ok('nodes', '--name', 'db-')).to.match(/^db-1\tactive\t[^\n]*\ndb-2\tactive\t/);
    expect(await ok('fail', 'db-1', '--reason', 'the disk is full')).to.equal('node\tdb-1\nstate\tfailed\n');
    expect(await ok('nodes', '--state', 'failed')).to.match(/^db-1\t/);
    expect(await ok('ack', 'db-1', '--by', 'ann', '--reason', 'on it', '--for', '90m')).to.match(
      /^node\tdb-1\nstate\tfailed\nacknowledged by\tann\n$/,
    );
    expect(await ok('node', 'db-1')).to.include('acknowledged by\tann: on it\n');
    expect(await ok('ack', 'db-1', '--undo')).to.not.include('ann');
    expect(await ok('pause', 'db-2', '--for', '60')).to.match(
      /^node\tdb-2\nstate\tactive, paused\npaused until\t2/,
    );
    expect(await ok('nodes', '--paused')).to.match(/^db-2\t/);
    expect(await ok('resume', 'db-2')).to.equal('node\tdb-2\nstate\tactive\n');
    for (const [method, path, ...args] of [
      ['GET', '/nodes', 'nodes'],
      ['GET', '/nodes/db-1', 'node', 'db-1'],
      ['POST', '/nodes/heartbeats', 'beat', 'db-2'],
      ['POST', '/nodes/db-1/fail', 'fail', 'db-1'],
      ['POST', '/nodes/db-1/acknowledge', 'ack', 'db-1'],
      ['POST', '/nodes/db-2/pause', 'pause', 'db-2'],
      ['POST', '/nodes/db-2/resume', 'resume', 'db-2'],
    ] as const)
      await json(method, path, ...args);
  });

  it('show alerts, silences and their delivery', async () => {
    await ok('beat', 'web-1');
    await ok('fail', 'web-1', '--reason', 'a test');
    const [line = ''] = (await ok('alerts', '--node', 'web-1')).split('\n');
    const [id = '', , type, , message] = line.split('\t');
    expect([type, message]).to.deep.equal([
      'node.reported_failure',
      "Node 'web-1' has reported a failure: a test.",
    ]);
    await json('GET', '/alerts', 'alerts', '--limit', '1');
    const notDead = await say(['redeliver', id]);
    expect(notDead.code).to.equal(1);
    expect(notDead.stderr).to.include('heartbeat alerts --state dead');
    const made = (await json(
      'POST',
      '/silences',
      'silence',
      'name=web-1',
      '--for',
      '90m',
      '--by',
      'ann',
    )) as {
      id: string;
      by: string;
    };
    expect(made.by).to.equal('ann');
    expect(await ok('silences')).to.match(new RegExp(`^${made.id}\tactive\tname=web-1\t2[^\t]+\tann\t\n`));
    await json('GET', '/silences', 'silences');
    expect(await ok('unsilence', made.id)).to.include('state\texpired\n');
    expect(await ok('silences')).to.equal('');
  });

  it('show the daemon', async () => {
    expect(await ok('status')).to.match(/^daemon\thttp[^\n]+\nready\tyes\nusers\t\d+ online/);
    const status = JSON.parse(await ok('status', '--json')) as { stats: unknown };
    contract.check(contract.find('GET', '/stats')!, 200, 'application/json', status.stats);
    expect(await ok('whoami')).to.equal('key\tall\nscopes\theal, read, admin\nnodes\tall\n');
    await json('GET', '/session', 'whoami');
    expect(await ok('supervision')).to.match(/^status\tready\n[^]*\nroot\n {2}history\n/);
    await json('GET', '/supervision', 'supervision');
  });

  it('draw tables on a terminal, which fit it and on which no name acts', async () => {
    await ok('beat', HOSTILE, '日本語のノード', 'db-9');
    await ok('fail', 'db-9');
    for (const columns of [200, 60, 30]) {
      const { stdout } = await say(['nodes'], 'all', columns);
      const lines = stdout.replaceAll(COLOUR, '').split('\n');
      expect(lines[0]).to.match(/^NODE +STATE/);
      expect(stdout).to.include('\u001b[31mfailed');
      expect(lines.some((line) => line.includes('\u001b') || line.includes('\u202e'))).to.equal(false);
      if (columns === 200) expect(lines.some((line) => line.startsWith(`${SHOWN} `))).to.equal(true);
      if (columns > 45) expect(Math.max(...lines.map((line) => line.length))).to.be.at.most(columns);
    }
    expect(await ok('nodes')).to.include(`${SHOWN}\t`);
    const plain = await commandLine(['nodes'], {
      env: { HEARTBEAT_URL: http.url, HEARTBEAT_KEY: 'all', NO_COLOR: '1' },
      terminal: 80,
    });
    expect(plain.stdout).to.not.include('\u001b');
  });

  it('say what is wrong, and what to do next', async () => {
    await ok('beat', 'db-1', 'db-2');
    const wrong: readonly (readonly [number, RegExp, readonly string[], string?])[] = [
      [1, /^heartbeat: a key is required.*\n {2}Set HEARTBEAT_KEY/, ['nodes'], ''],
      [1, /^heartbeat: the key is unknown\n {2}Set HEARTBEAT_KEY/, ['nodes'], 'unknown'],
      [
        1,
        /^heartbeat: this key lacks the scope admin.*\n {2}Use a key with another scope/,
        ['pause', 'db-1'],
        'reader',
      ],
      [1, /^heartbeat: a key is required.*\n {2}Set HEARTBEAT_KEY/, ['store', 'verify'], ''],
      [
        1,
        /^heartbeat: this key lacks the scope admin.*\n {2}Use a key with another scope/,
        ['store', 'backup', '-'],
        'reader',
      ],
      [1, /^heartbeat: unknown node\n {2}"heartbeat nodes" lists/, ['node', 'nobody']],
      [1, /^heartbeat: no such silence\n {2}"heartbeat silences"/, ['unsilence', 'nothing']],
      [1, /^heartbeat: invalid node name\n/, ['node', '..']],
      [1, /^heartbeat: the node has not failed\n {2}Only a failure/, ['ack', 'db-2', '--by', 'ann']],
      [1, /^heartbeat: matchers\.0: must have one .*\n$/, ['silence', 'nonsense', '--by', 'ann']],
      [64, /^error: --limit must be a whole number from 1, not '0'\n/, ['nodes', '--limit', '0']],
      [64, /^error: --for must be a number of seconds/, ['pause', 'db-1', '--for', 'long']],
      [64, /--for and --until: give one/, ['pause', 'db-1', '--for', '1', '--until', '2030-01-01']],
      [64, /^error: missing required argument 'name'/, ['node']],
      [64, /^error: unknown option '--sate'\n\(Did you mean --state\?\)/, ['nodes', '--sate', 'failed']],
      [64, /^error: unknown command 'nods'\n\(Did you mean (one of )?node/, ['nods']],
      [64, /cannot be used with option '--profile/, ['nodes', '--url', 'http://a', '--profile', 'b']],
      [64, /^error: --url must be an http/, ['nodes', '--url', 'ftp://a']],
      [64, /^error: a key must be printable ASCII/, ['nodes'], 'ä'],
      [64, /^error: a key must be printable ASCII/, ['store', 'verify'], 'ä'],
      [
        1,
        /^heartbeat: there is no history in \/no\/such\/\\u001b\n$/,
        ['store', 'copy', '/no/such/\u001b', '/no/such/copy'],
      ],
      [64, /^error: required option '--data-dir <directory>'/, ['store', 'compact']],
      [
        64,
        /^error: unknown option '--store'/,
        ['store', 'compact', '--data-dir', 'a', '--store', 'postgres://a@b/c'],
      ],
      [64, /^error: --data-dir or --store must say which store/, ['store', 'restore', 'file']],
      [64, /^error: --from must be .*, not '\\u001b'\nerror: --api-key-env: X/, IMPORT],
      [64, /^error: --timeout must be .*, not '\\u001b'\n/, ['healthcheck', '--timeout', '\u001b']],
      [64, /^heartbeat: watch needs a terminal/, ['watch']],
    ];
    for (const [code, text, args, key] of wrong) {
      const said = await say(args, key);
      expect(said.stderr, args.join(' ')).to.match(text);
      expect([said.code, said.stdout], args.join(' ')).to.deep.equal([code, '']);
    }
  });

  it('say where no daemon answers', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const { code, stdout, stderr } = await commandLine(['status'], { env: { HEARTBEAT_URL: url } });
    expect([code, stdout]).to.deep.equal([1, '']);
    expect(stderr).to.match(
      /got no answer from http:\/\/127\.0\.0\.1:\d+: ECONNREFUSED\n {2}Is it running there\? "heartbeat start"/,
    );
  });
});
