import type { Command } from 'commander';
import type { Environment } from '../../config/client-variables.js';
import { loadConfig, type ConfigSources, type Effective } from '../../config/load-config.js';
import { misconfigured } from '../exit-codes.js';
import { givenFlags } from './config-options.js';

/** The configuration in force for a command with the options of the configuration; ends the process if it is invalid. */
export function effectiveOf(command: Command, env: Environment): Effective {
  const loaded = loadConfig(sourcesOf(command, env));
  return loaded.ok ? loaded : misconfigured(loaded.problems);
}

/** The command line, the environment and the file that they name. */
export function sourcesOf(command: Command, env: Environment): ConfigSources {
  return {
    flags: givenFlags(command),
    env,
    cwd: process.cwd(),
    isTerminal: process.stderr.isTTY,
  };
}
