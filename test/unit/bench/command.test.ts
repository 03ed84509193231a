import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { expect } from 'chai';

import { LoadClient } from '../../../src/cli/bench/load-client.js';
import { WITH_TYPESCRIPT } from '../../support/typescript.js';
import { FakeDaemon } from './support/fake-daemon.js';

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const script = fileURLToPath(new URL('support/run-bench.ts', import.meta.url));

/** @param onStderr called with all of standard error whenever there is more; may send signals */
async function heartbeatBench(
  args: readonly string[],
  onStderr: (text: string, kill: (signal: NodeJS.Signals) => void) => void = () => undefined,
): Promise<Ended> {
  const child = spawn(process.execPath, [...WITH_TYPESCRIPT, script, 'bench', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    onStderr(stderr, (signal) => child.kill(signal));
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, stdout, stderr };
}

function directoryOf(stderr: string): string {
  return /^data directory (\S+)$/m.exec(stderr)?.[1] ?? '';
}

describe('heartbeat bench', () => {
  it('benches a daemon of its own, and leaves neither it nor its directory behind', async () => {
    const { code, stdout, stderr } = await heartbeatBench([
      '--users',
      '50',
      '--duration',
      '0.5',
      '--json',
      '--seed',
      '7',
    ]);
    const document: unknown = JSON.parse(stdout);
    expect(document).to.have.nested.property('summary.good', true);
    expect(document).to.have.nested.property('bench.seed', 7);
    expect(code).to.equal(0);
    expect(stderr).to.match(/^ +\d s {2}heals \d+ {2}errors 0 {2}p50 /m);
    expect(directoryOf(stderr)).not.to.equal('');
    expect(existsSync(directoryOf(stderr))).to.equal(false);
    const client = new LoadClient(/"url": "(.+)"/.exec(stdout)?.[1] ?? '');
    expect(await client.supervision().catch((error: unknown) => error)).to.have.property(
      'message',
      `GET /supervision got no answer from ${client.url}: ECONNREFUSED`,
    );
    await client.close();
  });

  it('ends with 1 and a list when the daemon stored something else', async () => {
    const daemon = await FakeDaemon.listen({ sessionTimeoutMs: 7_000, tamper: () => [] });
    const { code, stdout } = await heartbeatBench(['--url', daemon.url, '--users', '50', '--duration', '1']);
    await daemon.close();
    expect(code).to.equal(1);
    expect(stdout).to.match(/ users differ\n {2}user \d{19}: no session for the heal of \d+/);
  });

  it('ends early with its summary on SIGINT', async () => {
    const { code, stdout, stderr } = await heartbeatBench(
      ['--users', '50', '--duration', '9999'],
      (text, kill) => {
        if (text.endsWith('first heal\n')) kill('SIGINT');
      },
    );
    expect(stdout).to.match(/50 users healed for 0\.\d s .*all as the users healed\n$/s);
    expect(code).to.equal(0);
    expect(existsSync(directoryOf(stderr))).to.equal(false);
  });

  it('is ended by SIGINT also while its daemon is not yet ready', async () => {
    const { code, stderr } = await heartbeatBench(['--session-timeout', '102'], (text, kill) => {
      if (/^data directory \S+\n$/.test(text)) kill('SIGINT');
    });
    expect(stderr).to.match(/\nheartbeat bench: interrupted before the daemon was ready\n$/);
    expect(code).to.equal(1);
    expect(existsSync(directoryOf(stderr))).to.equal(false);
  });

  it('says in one line why its daemon did not start, below what that one said', async () => {
    const { code, stdout, stderr } = await heartbeatBench(['--session-timeout', '101']);
    expect(stderr).to.equal(
      'the data directory is locked by another daemon\nheartbeat bench: the daemon did not start: exit code 1\n',
    );
    expect([code, stdout]).to.deep.equal([1, '']);
  });

  it('ends when its daemon ends by itself, and says so', async () => {
    const { code, stdout, stderr } = await heartbeatBench(['--session-timeout', '103', '--duration', '9999']);
    expect(stderr).to.contain('heartbeat bench: the daemon ended by itself: exit code 7\n');
    expect(stdout).to.match(/100 users not checked: GET .* got no answer from .*: ECONNREFUSED\n$/);
    expect(code).to.equal(1);
    expect(existsSync(directoryOf(stderr))).to.equal(false);
  });

  it('says in one line that nothing answers', async () => {
    const { code, stdout, stderr } = await heartbeatBench(['--url', 'http://127.0.0.1:1']);
    expect(stderr).to.equal(
      'heartbeat bench: GET /supervision got no answer from http://127.0.0.1:1: ECONNREFUSED\n',
    );
    expect([code, stdout]).to.deep.equal([1, '']);
  });

  it('ends with 64 and a line for each problem on wrong usage', async () => {
    const { code, stderr } = await heartbeatBench(['--users', '0', '--duration', 'x']);
    expect(stderr).to.equal(
      "error: --users must be a whole number from 1 to 1000000, not '0'\n" +
        "error: --duration must be a number of seconds above 0, not 'x'\n",
    );
    expect(code).to.equal(64);
  });
});
