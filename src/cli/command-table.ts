import type { Command } from 'commander';
import type { Environment } from '../config/client-variables.js';

/** Where a command writes. */
interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** What the commands get of the process. */
export interface CommandContext {
  readonly env: Environment;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly version: string;
  /** The built `main.js`, from which the bench starts its own daemon. */
  readonly mainPath: string;
  readonly startDaemon: StartDaemon;
}

/** Runs the daemon until it is stopped. It is the only command that loads the daemon. */
export type StartDaemon = (command: Command, options: { readonly acceptDataLoss: boolean }) => Promise<void>;

/** A command in the table. */
export interface CommandEntry {
  readonly name: string;
  /** The heading under which `--help` lists it. */
  readonly group: string;
  readonly summary: string;
  /** Adds it to the program, with its arguments and options, and loads what that needs. */
  readonly add: (program: Command, context: CommandContext) => Promise<unknown>;
}
