/* `heartbeat bench` alone, with the fake daemon as its own. */
import { fileURLToPath } from 'node:url';

import { Command } from 'commander';

import { addBenchCommand } from '../../../../src/cli/bench/command.js';
import { WITH_TYPESCRIPT } from '../../../support/typescript.js';

const program = new Command('heartbeat');
addBenchCommand(program, {
  mainPath: fileURLToPath(new URL('fake-main.ts', import.meta.url)),
  nodeArguments: WITH_TYPESCRIPT,
});
await program.parseAsync();
