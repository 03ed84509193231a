// Runs tests of daemons that store in PostgreSQL: all that can, or only those in these files. It starts a server for
// them, in which each daemon has a database in place of its data directory:
// `node --import ./scripts/typescript.js scripts/test-postgres.ts [FILE...]`. With TEST_PARTITIONS=4, users are divided as well.
import { spawn } from 'node:child_process';
import { PostgresProcess } from '../test/support/postgres-process.js';
import { TEMPLATE } from '../test/support/postgres-programs.js';

/** Many daemons run at once, and each partition of one has connections of its own. */
const CONNECTIONS = 500;
const MOCHA = [
  '--import=./scripts/typescript.js',
  'node_modules/mocha/lib/cli/cli.js',
  '--config',
  '.mocharc.slow.json',
];

const files = process.argv.slice(2);
const command = files.length === 0 ? ['scripts/suites.js', 'quick', 'slow'] : [...MOCHA, ...files];
// Ctrl+C ends the tests, and the server after them.
process.on('SIGINT', () => undefined);
const postgres = await PostgresProcess.start('fsync=off', `max_connections=${String(CONNECTIONS)}`);
try {
  await postgres.init();
  await postgres.createDatabase(TEMPLATE);
  const env = { ...process.env, TEST_STORE: 'postgres', TEST_POSTGRES_PORT: String(postgres.port) };
  const tests = spawn(process.execPath, command, { stdio: 'inherit', env });
  process.exitCode = await new Promise<number>((resolve, reject) => {
    tests.once('error', reject).once('exit', (code) => {
      resolve(code ?? 1);
    });
  });
} finally {
  await postgres.remove();
}
