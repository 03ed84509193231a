import type { Command } from 'commander';
import { loadConfig, type ConfigSources, type Effective } from '../../config/load-config.js';
import { misconfigured } from '../exit-codes.js';
import { givenFlags } from './config-options.js';

/** The configuration in force for a command with the options of the configuration; ends the process if it is invalid. */
export function effectiveOf(command: Command): Effective {
  const loaded = loadConfig(sourcesOf(command));
  return loaded.ok ? loaded : misconfigured(loaded.problems);
}

/** The command line, the environment and the file that they name. */
export function sourcesOf(command: Command): ConfigSources {
  return {
    flags: givenFlags(command),
    env: process.env,
    cwd: process.cwd(),
    isTerminal: process.stderr.isTTY,
  };
}
