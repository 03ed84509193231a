/* `heartbeat bench` alone, with the fake daemon as its own. */
import { fileURLToPath } from 'node:url';

import { Command } from 'commander';

import { addBenchCommand } from '../../../../src/cli/bench/command.js';

const program = new Command('heartbeat');
addBenchCommand(program, {
  mainPath: fileURLToPath(new URL('fake-main.ts', import.meta.url)),
  nodeArguments: ['--import', 'tsx'],
});
await program.parseAsync();
