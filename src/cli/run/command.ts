import type { Command } from 'commander';
import type { NodeSettings } from '../../client/api/index.js';
import { addConnectionOptions } from '../api/api-command.js';
import type { Seconds } from '../../domain/time.js';
import type { CommandContext } from '../command-table.js';
import { connectionOf, type GivenConnection } from '../daemon/connection.js';
import { urlProblems } from '../daemon/daemon-url.js';
import { durationProblems, secondsIn } from '../option-values.js';
import { printable } from '../output/printable.js';
import { refuse } from '../refuse.js';
import { JobReport } from './job-report.js';
import { runJob } from './job.js';
import { OutputTail } from './output-tail.js';

interface GivenRun extends GivenConnection {
  readonly name: string;
  readonly output: boolean;
  readonly every?: string;
  readonly cron?: string;
  readonly timeZone?: string;
  readonly grace?: string;
}

/** The most that a daemon can be told to keep of a body. */
const MOST_OUTPUT = 100_000;
const SCHEDULE = 'A node that is unknown:';

/** Adds `run`. Its exit code is that of the command, whatever becomes of the report. */
export function addRunCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('run')
    .description(
      'Run a command, and report its start and its end with the exit code, the duration and the end of its output. ' +
        'It ends as the command does, also where the daemon is away. Needs a key with the scope ping or admin, if there are keys.',
    )
    .usage('--name <node> [options] -- <command> [arguments...]')
    .argument('<command...>', 'the command, after --')
    .requiredOption('--name <node>', 'the node of the job')
    .option('--no-output', 'leave the output alone: none is sent, and the command sees the terminal')
    .optionsGroup(SCHEDULE)
    .option(
      '--every <seconds>',
      'it is expected every so many seconds, or with a unit as in 6h (default: 1d)',
    )
    .option('--cron <expression>', 'it is expected at the times of a cron expression')
    .option('--time-zone <name>', 'the time zone of --cron, such as Europe/Berlin (default: UTC)')
    .option('--grace <seconds>', 'how long a run may take, or with a unit (default: 1h)');
  addConnectionOptions(command).action(async ([file = '', ...args]: readonly string[], given: GivenRun) => {
    const { settings, problems } = settingsOf(given);
    if (problems.length > 0) refuse(command, problems);
    // A request that hangs must not hold up whoever waits for the exit code. All output has left this process.
    process.exit(await run([file, args], given, settings, context));
  });
}

async function run(
  [command, args]: readonly [string, readonly string[]],
  given: GivenRun,
  settings: NodeSettings,
  { env }: CommandContext,
): Promise<number> {
  const { stdin, stdout, stderr } = process;
  stderr.on('error', () => undefined);
  const note = (problem: string): void => {
    stderr.write(printable(`heartbeat run: ${problem}\n`));
  };
  const report = await reportOf(given, settings, env, note);
  report?.begin();
  const tail = new OutputTail(MOST_OUTPUT);
  const { ended, finish } = runJob({
    command,
    args,
    onOutput: given.output ? (part) => tail.push(part) : undefined,
    stdout,
    stderr,
    hasTerminal: [stdin, stdout, stderr].some(({ isTTY }) => isTTY),
    note,
  });
  const { code, problem } = await ended;
  if (problem !== undefined) {
    note(problem);
    tail.push(Buffer.from(problem));
  }
  await report?.end(Math.min(code, MOST_STATUS), tail);
  await finish();
  return code;
}

/** A ping can say no more. */
const MOST_STATUS = 255;

/** Undefined if it is not known where to report: the job runs all the same. */
async function reportOf(
  given: GivenRun,
  settings: NodeSettings,
  env: CommandContext['env'],
  note: (problem: string) => void,
): Promise<JobReport | undefined> {
  try {
    const { url, key } = await connectionOf(given, env);
    const [problem] = urlProblems(url);
    if (url === undefined || problem !== undefined) throw new Error(problem);
    return new JobReport({ url, key, name: given.name, settings, note });
  } catch (error) {
    note(`this run is not reported: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

function settingsOf(given: GivenRun): {
  readonly settings: NodeSettings;
  readonly problems: readonly string[];
} {
  const { every, cron, timeZone, grace } = given;
  const problems = [
    ...(every !== undefined && cron !== undefined ? ['--every and --cron: give one of them'] : []),
    ...(timeZone !== undefined && cron === undefined ? ['--time-zone is for --cron'] : []),
    ...durationProblems('every', every),
    ...durationProblems('grace', grace),
  ];
  const lasting = grace === undefined ? undefined : secondsIn(grace);
  const withGrace = { ...(lasting !== undefined && { grace: lasting }) };
  const period = every === undefined ? undefined : secondsIn(every);
  const schedule =
    cron === undefined ? { every: period ?? DAY } : { cron, ...(timeZone !== undefined && { timeZone }) };
  return { settings: { schedule: { ...schedule, ...withGrace } }, problems };
}

/** A job without a schedule is expected once a day, as healthchecks has it. The grace is the daemon's default. */
const DAY: Seconds = 86_400;
