import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { environmentOfOthers } from '../../src/cli/bench/server-process.js';
import { HEARTBEAT } from '../support/daemon-process.js';

/** These packages are resolved from a directory without any, as if they were not installed. */
const HIDDEN = `
import { register } from 'node:module';
const hook = \`export const resolve = (name, context, next) =>
  next(name, ['@redis/client', 'nodemailer', 'mqtt', 'pg'].includes(name) ? { ...context, parentURL: 'file:///nowhere/' } : context);\`;
register('data:text/javascript,' + encodeURIComponent(hook));
`;

function run(...args: readonly string[]) {
  const hidden = `data:text/javascript,${encodeURIComponent(HIDDEN)}`;
  return spawnSync(process.execPath, ['--import', hidden, ...args], {
    encoding: 'utf8',
    env: environmentOfOthers(),
  });
}

describe('a channel or store whose package is not installed', () => {
  it('keeps the daemon from starting, which names the package', () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'heartbeat-missing-'));
    const config = path.join(directory, 'heartbeat.yaml');
    writeFileSync(
      config,
      `store: postgres://heartbeat@127.0.0.1/heartbeat
channels:
  bus: { kind: redis, url: 'redis://127.0.0.1', channel: c }
  mail: { kind: email, url: 'smtp://127.0.0.1', from: a@example.org, to: b@example.org }
  broker: { kind: mqtt, url: 'mqtt://127.0.0.1', topic: t }
`,
    );
    const { status, stderr } = run(HEARTBEAT, 'start', '--config', config, '--data-dir', directory);
    rmSync(directory, { recursive: true, force: true });
    const problem = 'kind: needs a package that is not installed: npm install';
    expect(stderr).to.include(`channels.bus.${problem} @redis/client (from ${config}:3)`);
    expect(stderr).to.include(`channels.mail.${problem} nodemailer (from ${config}:4)`);
    expect(stderr).to.include(`channels.broker.${problem} mqtt (from ${config}:5)`);
    expect(stderr).to.include(
      `store: needs a package that is not installed: npm install pg (from ${config}:1)`,
    );
    expect(status).to.equal(78);
  });

  it('keeps an instance in a program from starting, which says the same', () => {
    const program = `
      import { createHeartbeat, RedisNotifier } from '@heartbeatd/heartbeat';
      const redis = new RedisNotifier('redis://127.0.0.1', 'c');
      await createHeartbeat({ notifiers: [redis] }).then(
        () => console.log('started'),
        (error) => console.log(error.name + ': ' + error.message),
      );
      process.exit(0);`;
    const { stdout } = run('--input-type=module', '--eval', program);
    expect(stdout).to.equal(
      'TypeError: invalid options:\n' +
        'channels.RedisNotifier.kind: needs a package that is not installed: npm install @redis/client\n',
    );
  });
});
