import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { build } from 'esbuild';
import { ROOT } from '../support/daemon-process.js';
import { LocalRegistry } from '../support/local-registry.js';
import { ready, TestResources } from '../support/test-resources.js';

const NAME = '@heartbeatd/heartbeat';
const { version: VERSION } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
  readonly version: string;
};
/** A program that stores, reads and ends. */
const PROGRAM = `
  const heartbeat = await createHeartbeat({ dataDir: process.argv[2], logger: { level: 'error' } });
  await heartbeat.users.heal(1);
  console.log(await heartbeat.users.checkup(1));
  await heartbeat.close();
`;
const TYPED = `
  import { createHeartbeat, Emitter, Node, Tracker, type AlertMessage } from '${NAME}';
  import { connect, createClient } from '${NAME}/client';
  const heartbeat = await createHeartbeat({ timeout: 30 });
  heartbeat.onFailure((node) => node.name.toUpperCase());
  export type Told = AlertMessage;
  export { connect, createClient, Emitter, Node, Tracker };
`;
const TEST_OF_A_USER = `
  import { createHeartbeat } from '${NAME}';
  test('somebody is online', async () => {
    const heartbeat = await createHeartbeat({ logger: { level: 'error' } });
    await heartbeat.users.heal(1);
    expect(await heartbeat.users.checkup(1)).toBe('online');
    await heartbeat.close();
  });
`;
const TSCONFIG = {
  compilerOptions: {
    strict: true,
    target: 'es2023',
    lib: ['es2023', 'dom'],
    module: 'nodenext',
    types: [],
    skipLibCheck: false,
    noEmit: true,
  },
  files: ['typed.ts'],
};

/** For packages that are CommonJS, in a bundle that is not. */
const REQUIRE = `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`;

/** Milliseconds that one of a user's tests may take on a busy machine. */
const PATIENCE = '250000';

const execute = promisify(execFile);

describe('the package, as it is installed', () => {
  const resources = new TestResources();
  let folder: string;
  let tarball: string;

  before(async () => {
    const registry = await LocalRegistry.start();
    const home = resources.directory();
    folder = path.join(home, 'app');
    mkdirSync(folder);
    await execute('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', home], { cwd: ROOT });
    tarball = path.join(home, `heartbeatd-heartbeat-${VERSION}.tgz`);
    write('package.json', JSON.stringify({ type: 'module' }));
    const options = ['--silent', '--no-audit', '--no-fund', `--registry=${registry.url}`];
    await execute('npm', ['install', ...options, `--cache=${path.join(home, 'cache')}`, tarball], {
      cwd: folder,
    });
    registry.close();
  });

  after(() => resources.clear());

  function write(name: string, text: string): string {
    writeFileSync(path.join(folder, name), text);
    return name;
  }

  /** @returns standard output */
  async function run(command: string, args: readonly string[], env = {}): Promise<string> {
    const { stdout } = await execute(command, args, { cwd: folder, env: { ...process.env, ...env } });
    return stdout.trim();
  }

  /** @returns what the program writes, with a data directory of its own */
  const runProgram = (file: string): Promise<string> => run('node', [file, `data-of-${file}`]);

  it('has a command that runs with the flags of V8, and with no process in between', async () => {
    const daemon = resources.run({
      command: ['node_modules/.bin/heartbeat', 'start', '--port', '0'],
      cwd: folder,
      env: {},
    });
    await ready(daemon);
    const args = readFileSync(`/proc/${daemon.pid}/cmdline`, 'utf8').split('\0');
    const flags = readFileSync(path.join(ROOT, 'scripts/v8-flags'), 'utf8').match(/^--.*$/gm) ?? [];
    expect(args.slice(1, 1 + flags.length)).to.deep.equal(flags);
    expect(await run('npx', ['heartbeat', '--version'])).to.equal(VERSION);
  });

  it('can be imported, and required', async () => {
    const imported = write('imported.js', `import { createHeartbeat } from '${NAME}';${PROGRAM}`);
    expect(await runProgram(imported)).to.equal('online');
    const required = `const { createHeartbeat } = require('${NAME}'); (async () => {${PROGRAM}})();`;
    expect(await runProgram(write('required.cjs', required))).to.equal('online');
  });

  it('runs in a bundle with all packages in it but the native one', async () => {
    const { warnings } = await build({
      absWorkingDir: folder,
      entryPoints: [write('bundled.js', `import { createHeartbeat } from '${NAME}';${PROGRAM}`)],
      outfile: 'bundle.js',
      bundle: true,
      platform: 'node',
      format: 'esm',
      external: ['classic-level'],
      banner: { js: REQUIRE },
      logLevel: 'silent',
    });
    expect(warnings).to.be.empty;
    expect(await runProgram('bundle.js')).to.equal('online');
  });

  it('has types that need neither those of Node nor skipLibCheck', async () => {
    write('typed.ts', TYPED);
    write('tsconfig.json', JSON.stringify(TSCONFIG));
    expect(await run('node', [path.join(ROOT, 'node_modules/typescript-7/bin/tsc'), '-p', '.'])).to.equal('');
  });

  it('is what publint and attw ask of a package', async () => {
    expect(await run(binary('publint'), [tarball, '--strict'])).to.contain('All good!');
    // Its exit code says whether there is a problem that the profile does not ignore.
    await run(binary('attw'), [tarball, '--profile', 'esm-only', '--format', 'json']);
  });

  it('runs in tests of vitest and jest', async () => {
    write('presence.test.js', TEST_OF_A_USER);
    await run(binary('vitest'), ['run', '--globals', '--testTimeout', PATIENCE, '--root', folder]);
    write('jest.config.json', JSON.stringify({ transform: {} }));
    await run(binary('jest'), ['--config', 'jest.config.json', '--testTimeout', PATIENCE], {
      NODE_OPTIONS: '--experimental-vm-modules',
    });
  });
});

function binary(name: string): string {
  return path.join(ROOT, 'node_modules/.bin', name);
}
