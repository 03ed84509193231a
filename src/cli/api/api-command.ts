import { Option, type Command } from 'commander';
import { HeartbeatRequestError } from '../../client/api/request-error.js';
import type { Seconds } from '../../domain/time.js';
import { stringifyExactJson } from '../../domain/exact-json.js';
import type { CommandContext } from '../command-table.js';
import { connectionOf, CONNECTION_OPTIONS, type GivenConnection } from '../daemon/connection.js';
import { urlProblems } from '../daemon/daemon-url.js';
import { FAILED, SUCCESS } from '../exit-codes.js';
import { screenOf, type Screen } from '../output/screen.js';
import { refuse } from '../refuse.js';
import { daemonAt, type Daemon } from './daemon.js';
import { problemText } from './request-problem.js';
import { asSent } from './sent-json.js';

/** An argument or an option, with what it is for. An option whose default is a list may be repeated. */
export type Described = readonly [flags: string, description: string, fallback?: string | readonly string[]];

/** What was given on the command line. */
export interface Given<Options extends object> {
  readonly args: readonly string[];
  readonly options: Options;
  readonly json: boolean;
}

/** What a command that calls the daemon gets besides. */
export interface CommandDeps {
  readonly context: CommandContext;
  readonly screen: Screen;
  readonly json: boolean;
}

/** A command that asks the daemon something and shows the answer. */
export interface ApiCommand<Options extends object, Answer> {
  /** The scope of the key that it needs. */
  readonly scope: 'heal' | 'read' | 'admin' | 'none';
  readonly description: string;
  /** Whether it has `--json`. Default: it has. */
  readonly hasJson?: boolean;
  readonly arguments?: readonly Described[];
  readonly options?: readonly Described[];
  /** What is wrong with what was given, a sentence each. */
  readonly check?: (given: Given<Options>) => readonly string[];
  readonly call: (daemon: Daemon, given: Given<Options>) => Promise<Answer>;
  readonly text: (answer: Answer, screen: Screen) => string;
  /** The document of `--json`. Default: the answer, as the daemon sent it. */
  readonly json?: (answer: Answer) => unknown;
  /** Default 0. */
  readonly exitCode?: (answer: Answer) => number;
}

/** Adds a command of a name to the program. */
export type AddCommand = (program: Command, name: string, context: CommandContext) => Command;

/** Makes a command that shows an answer: a table on a terminal, plain lines in a pipe, JSON with `--json`. */
export function apiCommand<Options extends object, Answer>(spec: ApiCommand<Options, Answer>): AddCommand {
  const { call, text, json: toJson = (answer) => answer, exitCode = () => SUCCESS } = spec;
  return daemonCommand<Options>(spec, async (daemon, given, { context, screen, json }) => {
    const answer = await call(daemon, given);
    context.stdout.write(json ? `${stringifyExactJson(asSent(toJson(answer)), 2)}\n` : text(answer, screen));
    return exitCode(answer);
  });
}

type Frame<Options extends object> = Pick<
  ApiCommand<Options, unknown>,
  'scope' | 'description' | 'hasJson' | 'arguments' | 'options' | 'check'
>;

/** Makes a command that talks to the daemon. What it throws is shown, with what to do next. */
export function daemonCommand<Options extends object>(
  { scope, description, hasJson = true, arguments: operands = [], options = [], check }: Frame<Options>,
  act: (daemon: Daemon, given: Given<Options>, deps: CommandDeps) => Promise<number>,
): AddCommand {
  return (program, name, context) => {
    const needs = scope === 'none' ? '' : ` Needs a key with the scope ${scope}, if there are keys.`;
    const command = program.command(name).description(`${description}${needs}`);
    for (const [flags, about, fallback] of operands) command.argument(flags, about, fallback);
    for (const [flags, about, fallback] of options) command.addOption(optionOf(flags, about, fallback));
    if (hasJson) command.option('--json', 'print JSON, with the schema of the API');
    addConnectionOptions(command);
    command.action(async () => {
      const given = command.opts<Options & GivenConnection & { readonly json?: boolean }>();
      const json = given.json === true;
      const problems = check?.({ args: command.args, options: given, json }) ?? [];
      if (problems.length > 0) refuse(command, problems);
      process.exitCode = await withDaemon(command, given, context, (daemon) =>
        act(
          daemon,
          { args: command.args, options: given, json },
          { context, screen: screenOf(context.stdout, context.env), json },
        ),
      );
    });
    return command;
  };
}

/** Adds the options that choose the daemon. */
export function addConnectionOptions(command: Command): Command {
  for (const [flags, about] of CONNECTION_OPTIONS)
    command.addOption(optionOf(flags, about).helpGroup('Connection:'));
  command.options.find(({ long }) => long === '--url')?.conflicts('profile');
  return command;
}

function optionOf(flags: string, about: string, fallback?: string | readonly string[]): Option {
  const option = new Option(flags, about);
  if (fallback === undefined || typeof fallback === 'string') return option.default(fallback);
  return option.argParser((value: string, before: readonly string[] | undefined) => [
    ...(before ?? []),
    value,
  ]);
}

/** Finds the daemon, and acts on it. @returns the exit code */
async function withDaemon(
  command: Command,
  given: GivenConnection,
  { env, stdout, stderr }: CommandContext,
  act: (daemon: Daemon) => Promise<number>,
): Promise<number> {
  if (stdout === process.stdout) process.stdout.on('error', endAtBrokenPipe);
  const { url, key } = await connectionOf(given, env);
  const problems = urlProblems(url);
  if (url === undefined || problems.length > 0) refuse(command, problems);
  const daemon = daemonFor(command, url, key);
  try {
    return await act(daemon);
  } catch (error) {
    if (!(error instanceof HeartbeatRequestError)) throw error;
    stderr.write(problemText(error));
    return FAILED;
  } finally {
    await daemon.client.close();
  }
}

/** What the client refuses, such as a key that no header can carry, is wrong usage. */
export function daemonFor(command: Command, url: string, key: string | undefined, timeout?: Seconds): Daemon {
  try {
    return daemonAt(url, key, timeout);
  } catch (error) {
    if (error instanceof TypeError) refuse(command, [error.message]);
    throw error;
  }
}

/** Whoever read the output has seen enough. */
function endAtBrokenPipe(error: Error): void {
  if ('code' in error && error.code === 'EPIPE') process.exit(SUCCESS);
  throw error;
}
