import { request as requestOf, type RequestOptions } from 'node:http';
import { urlToHttpOptions } from 'node:url';
import type { Command } from 'commander';
import { unixPathOf } from '../domain/unix-address.js';
import type { CommandContext } from './command-table.js';
import { configuredAddress, UnreadableConfiguration } from './daemon/configured-address.js';
import { givenUrl, urlOf, urlProblems } from './daemon/daemon-url.js';
import { ANSWERED_NO, FAILED, SUCCESS, WRONG_CONFIGURATION } from './exit-codes.js';
import { decimal } from './option-values.js';
import { printable } from './output/printable.js';
import { refuse } from './refuse.js';

interface GivenHealthcheck {
  readonly url?: string;
  readonly config?: string;
  readonly timeout: string;
  readonly ready?: boolean;
}

/** The longest answer that is read: a list of reasons. */
const LONGEST = 10_000;
const LONGEST_TIMEOUT = 3600;

/**
 * Adds `healthcheck`. A container runs it every half a minute, so it loads neither the schema of the configuration nor
 * the client of the API (decision 238).
 */
export function addHealthcheckCommand(program: Command, context: CommandContext): void {
  program
    .command('healthcheck')
    .description(
      'Ask the daemon whether it is alive. The exit code is 1 if nobody answers. It finds port and TLS in the configuration.',
    )
    .option(
      '--ready',
      'whether it is ready; the exit code is 2 if not, and the reasons are on standard error',
    )
    .option('--timeout <seconds>', 'how long to wait for the answer', '5')
    .option('--url <url>', 'the daemon (HEARTBEAT_URL; default: host and port of the configuration)')
    .option('--config <file>', 'the configuration file (HEARTBEAT_CONFIG)')
    .action(async (given: GivenHealthcheck, self: Command) => {
      const timeout = decimal(given.timeout);
      if (!(timeout > 0 && timeout <= LONGEST_TIMEOUT))
        refuse(self, [
          `--timeout must be a number of seconds up to ${LONGEST_TIMEOUT}, not '${given.timeout}'`,
        ]);
      process.exitCode = await healthcheck(given, timeout * 1000, self, context);
    });
}

async function healthcheck(
  { url: flag, config, ready }: GivenHealthcheck,
  timeoutMs: number,
  self: Command,
  { env, stderr }: CommandContext,
): Promise<number> {
  const given = givenUrl(flag, env);
  let url: string | undefined;
  try {
    url = given ?? urlOf(await configuredAddress(env, config));
  } catch (error) {
    if (!(error instanceof UnreadableConfiguration)) throw error;
    stderr.write(`${error.message}\n`);
    return WRONG_CONFIGURATION;
  }
  const problems = urlProblems(url);
  if (url === undefined || problems.length > 0) refuse(self, problems);
  const path = ready === true ? '/readyz' : '/healthz';
  const target = `${url.replace(/\/+$/, '')}${path}`;
  // The certificate of a daemon on this machine is for the name that others use, and nothing secret is sent.
  const isOwn = given === undefined;
  try {
    const { status, body } = await ask(target, path, timeoutMs, isOwn);
    if (status === 200) return SUCCESS;
    stderr.write(printable(`heartbeat: ${target} answered ${status}: ${body}\n`));
    return ready === true && status === 503 ? ANSWERED_NO : FAILED;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    stderr.write(printable(`heartbeat: ${target} did not answer: ${why}\n`));
    return FAILED;
  }
}

function addressOf(target: string, path: string): RequestOptions {
  const socketPath = unixPathOf(target)?.slice(0, -path.length);
  return socketPath === undefined ? urlToHttpOptions(new URL(target)) : { socketPath, path };
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

async function ask(target: string, path: string, timeoutMs: number, isOwn: boolean): Promise<Answer> {
  const signal = AbortSignal.timeout(timeoutMs);
  const isTls = target.startsWith('https:');
  const open = isTls ? (await import('node:https')).request : requestOf;
  const options: RequestOptions = {
    agent: false,
    signal,
    ...(isTls && isOwn && { rejectUnauthorized: false }),
  };
  return new Promise((resolve, reject) => {
    const request = open({ ...addressOf(target, path), ...options }, (answer) => {
      let body = '';
      answer.setEncoding('utf8').on('data', (part: string) => {
        body = (body + part).slice(0, LONGEST);
      });
      answer.once('end', () => resolve({ status: answer.statusCode ?? 0, body: body.trim() }));
      answer.once('error', reject);
    });
    request.once('error', reject);
    request.end();
  });
}
