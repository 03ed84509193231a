#!/usr/bin/env node
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { StartDaemon } from './cli/command-table.js';
import { runProgram } from './cli/program.js';

const startDaemon: StartDaemon = async (command, { acceptDataLoss }) => {
  const { effectiveOf, sourcesOf } = await import('./cli/config/effective.js');
  const effective = effectiveOf(command, process.env);
  // A wrong configuration does not need the daemon, which takes half of the time to load.
  const { runDaemon } = await import('./run-daemon.js');
  const { loadConfigApart } = await import('./config/load-apart.js');
  const load = () => loadConfigApart(sourcesOf(command, process.env));
  await runDaemon({ effective, load, acceptDataLoss, version: version() });
};

await runProgram(process.argv.slice(2), {
  env: process.env,
  stdout: process.stdout,
  stderr: process.stderr,
  version: version(),
  mainPath: fileURLToPath(import.meta.url),
  startDaemon,
});

function version(): string {
  const manifest: unknown = createRequire(import.meta.url)('#package');
  const found: unknown =
    typeof manifest === 'object' && manifest !== null ? Reflect.get(manifest, 'version') : '';
  return String(found);
}
