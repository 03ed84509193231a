import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { request } from 'undici';
import { ROOT, type DaemonProcess } from '../support/daemon-process.js';
import { eventually } from '../support/eventually.js';
import { behave, HookServer } from '../support/hook-server.js';
import { TestResources, ready } from '../support/test-resources.js';

const resources = new TestResources();
afterEach(() => resources.clear());

/** Runs an example, which imports the built library by its name. */
function example(
  name: string,
  given: readonly string[] = [],
  env: Record<string, string> = {},
): DaemonProcess {
  return resources.run({ command: [process.execPath, path.join(ROOT, 'examples', name), ...given], env });
}

async function ended(program: DaemonProcess): Promise<string> {
  const { code } = await program.ended;
  expect(code, program.stderr).to.equal(0);
  return program.stdout;
}

describe('the examples', () => {
  it('run the whole document, and end by themselves', async () => {
    const hooks = await HookServer.start();
    resources.onClear(() => hooks.stop());
    hooks.behaviour = behave.accept;
    const stdout = await ended(example('full.js'));
    expect(stdout).to.include("Node 'node2' has failed!").and.to.include("Node 'node2' has recovered.");
    expect(stdout).to.include('node2: active -> failed');
    expect(stdout).to.include('node1 is active').and.to.include('heartbeats were accepted');
  });

  it('run a custom channel, with retries', async () => {
    const lines = (await ended(example('own-channel.js'))).split('\n');
    expect(lines[0]).to.match(/^attempt 2: node.reported_failure of backup: /);
    expect(lines[1]).to.equal('node.reported_failure is delivered after 2 attempts');
    expect(lines[2]).to.equal('hung up');
  });

  it('run an emitter with probes at a daemon inside, and at one outside', async () => {
    const daemon = await resources.daemon(resources.directory());
    for (const given of [[], [daemon.url]]) {
      const stdout = await ended(example('emitter-with-probes.js', given));
      expect(stdout).to.include('service is failed').and.to.include('probe passing again');
      // On a slow machine a probe may just have missed its deadline of a second.
      expect(stdout).to.match(/\d nodes are failing\n$/);
    }
  });

  it('refuse new users when the heap of their program is nearly full, and keep users online', async () => {
    const program = `
      import { createHeartbeat } from '@heartbeatd/heartbeat';
      const instance = await createHeartbeat({ sessionTimeout: 3600, logger: { level: 'error' } });
      let refused;
      for (let next = 1; refused === undefined && next < 400_000; next += 2_000) {
        await instance.users.heal(next).catch((error) => (refused = error));
        await instance.users.healMany(Array.from({ length: 2_000 }, (_each, index) => next + index));
      }
      const first = await instance.users.heal(1);
      process.stdout.write(JSON.stringify({ code: refused?.code, first }));
      await instance.close();
    `;
    const flags = ['--max-old-space-size=64', '--input-type=module', '--eval', program];
    const child = resources.run({ command: [process.execPath, ...flags], cwd: path.join(ROOT, 'examples') });
    expect(JSON.parse(await ended(child))).to.deep.equal({ code: 'HEARTBEAT_MEMORY_SHORT', first: 'online' });
  });

  it('run the library inside an Express app', async () => {
    const app = await ready(example('express-app.js', [], { PORT: '0', DATA_DIR: resources.directory() }));
    const call = async (method: 'GET' | 'POST', target: string) => {
      const { statusCode, body } = await request(app.url + target, { method });
      return { status: statusCode, body: await body.text() };
    };
    expect((await call('GET', '/online/7')).body).to.equal('{"status":"offline"}');
    expect((await call('GET', '/users/7/messages')).status).to.equal(200);
    expect((await call('GET', '/online/7')).body).to.equal('{"status":"online"}');
    expect(await call('GET', '/online/seven')).to.deep.equal({
      status: 400,
      body: '{"error":"invalid user_id format"}',
    });
    expect((await call('POST', '/workers/mailer/done')).status).to.equal(204);
    expect((await call('GET', '/workers')).body).to.include('"mailer"');
    expect((await call('GET', '/healthz')).status).to.equal(200);
    app.signal('SIGTERM');
    expect(await app.ended).to.deep.equal({ code: 0, signal: null });
  });
});

/** Runs a program that imports the built library by its name. */
function program(text: string): DaemonProcess {
  return resources.run({ command: [process.execPath, '--input-type=module', '--eval', text], cwd: ROOT });
}

describe('a program that has closed its instances', () => {
  it('ends by itself, with nothing left running', async () => {
    const directory = resources.directory();
    const child = program(`
      import { createHeartbeat, Emitter, Node, RedisNotifier, SlackNotifier, Tracker } from '@heartbeatd/heartbeat';
      const logger = { level: 'error' };
      const notifiers = [new SlackNotifier('http://127.0.0.1:9/'), new RedisNotifier('redis://127.0.0.1:9', 'c')];
      const instances = [
        await createHeartbeat({ logger, dataDir: ${JSON.stringify(directory)}, http: { port: 0 }, notifiers }),
        await createHeartbeat({ logger }),
      ];
      for (const instance of instances) {
        const tracker = new Tracker(instance);
        await tracker.registerNode(new Node('db-1', { timeout: 60, probe: () => true }));
        const emitter = new Emitter(tracker, { interval: 0.05 });
        emitter.startHeartbeat();
        await instance.users.heal(7);
        await instance.nodes.fail('db-1');
        if (instance.url !== undefined) await (await fetch(instance.url + '/healthz')).text();
        await emitter.stopHeartbeat();
      }
      for (const instance of instances) await instance.close();
      console.log('closed');
      process.on('exit', () => console.log(process.getActiveResourcesInfo().filter((kind) => /Timeout|TCP|FS|Message/.test(kind)).join()));
    `);
    expect(await child.ended, child.stderr).to.deep.equal({ code: 0, signal: null });
    expect(child.stdout.split('\n')[0]).to.equal('closed');
  });

  it('ends by itself with callbacks and notifiers that misbehave, and an attempt that never ends', async () => {
    const child = program(`
      import { BaseNotifier, createHeartbeat } from '@heartbeatd/heartbeat';
      const never = () => new Promise(() => undefined);
      class Hangs extends BaseNotifier { notify() { console.log('hangs'); return never(); } close() { return never(); } }
      class Throws extends BaseNotifier { notify() { throw new Error('planned fault'); } }
      const heartbeat = await createHeartbeat({
        logger: { level: 'error' },
        notifiers: [new Hangs(), new Throws()],
        settings: { shutdown_timeout: 5 },
      });
      heartbeat.onFailure(never);
      heartbeat.onFailure(() => { throw new Error('planned fault'); });
      heartbeat.onFailure(() => Promise.reject(new Error('planned rejection')));
      const failed = new Promise((resolve) => heartbeat.onFailure(resolve));
      await heartbeat.nodes.register('db-1', { timeout: 60 });
      await heartbeat.nodes.fail('db-1');
      await failed;
      await heartbeat.nodes.heartbeat('db-2');
      await heartbeat.close();
      console.log('closed');
    `);
    expect(await child.ended, child.stderr).to.deep.equal({ code: 0, signal: null });
    expect(child.stdout.trim().split('\n')).to.deep.equal(['hangs', 'closed']);
    expect(child.stderr.match(/callback threw an error/g)).to.have.length(2);
  });

  it('gets the problem in one line', async () => {
    const child = program(`
      import { createHeartbeat } from '@heartbeatd/heartbeat';
      await createHeartbeat({ timeout: -1 }).catch((error) => console.log(error.message));
    `);
    expect(await child.ended, child.stderr).to.deep.equal({ code: 0, signal: null });
    expect(child.stdout).to.include('\ntimeout: must be a number of seconds');
  });
});

describe('a module of a channel of its own', () => {
  it('may import the exports of the library', async () => {
    const hooks = await HookServer.start();
    resources.onClear(() => hooks.stop());
    const directory = resources.directory();
    writeFileSync(
      path.join(directory, 'louder.mjs'),
      `import { SlackNotifier } from '@heartbeatd/heartbeat';
       export class Louder extends SlackNotifier {
         constructor({ target }) { super(target); }
         notify(alert, attempt) { return super.notify({ ...alert, message: alert.message.toUpperCase() }, attempt); }
       }`,
    );
    const config = path.join(directory, 'heartbeat.yaml');
    writeFileSync(config, `channels:\n  loud:\n    kind: ./louder.mjs\n    target: ${hooks.url}\n`);
    const daemon = await resources.daemon(path.join(directory, 'data'), { config });
    const { body } = await request(`${daemon.url}/nodes/db-1/heartbeat`, { method: 'PUT' });
    await body.dump();
    await (await request(`${daemon.url}/nodes/db-1/fail`, { method: 'POST' })).body.dump();
    await eventually(async () => {
      expect(hooks.requests.map(({ body: told }) => told).join()).to.include(
        "NODE 'DB-1' HAS REPORTED A FAILURE.",
      );
      expect(await (await request(`${daemon.url}/alerts`)).body.text()).to.include('"delivered"');
    });
  });
});
