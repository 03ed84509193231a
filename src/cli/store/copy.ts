import type { Command } from 'commander';
import { InvalidPostgresUrl } from '../../adapters/postgres/postgres-url.js';
import { parseStoreLocation, type StoreLocation } from '../../adapters/store-location.js';

const WRONG_USAGE = 64;
const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;

/** Adds `store copy`. It sets `process.exitCode`: 0 once the copy is verified, or 1. */
export function addStoreCopyCommand(
  store: Command,
  stdout: { write(text: string): unknown } = process.stdout,
  stderr: NodeJS.WriteStream = process.stderr,
): void {
  store
    .command('copy')
    .description('copy a history to an empty store; run it again after an interruption, and it goes on')
    .argument('<from>', 'a data directory, or the postgres:// URL of a database')
    .argument('<to>', 'another data directory or database, which must be empty')
    .option('--json', 'the result as one JSON document')
    .action(async (from: string, to: string, { json }: { json?: boolean }, command: Command) => {
      const problems: string[] = [];
      const source = located('from', from, problems);
      const target = located('to', to, problems);
      if (source === undefined || target === undefined)
        command.error(problems.map((problem) => `error: ${problem}`).join('\n'), { exitCode: WRONG_USAGE });
      // Only this command needs the bar: it costs the daemon memory and a slower start.
      const { runCopy } = await import('./run-copy.js');
      process.exitCode = await runCopy(source, target, { json: json === true, stdout, stderr });
    });
}

function located(name: string, text: string, problems: string[]): StoreLocation | undefined {
  try {
    const location = parseStoreLocation(text);
    if (location.kind === 'postgres') return location;
    if (text !== '' && !SCHEME.test(text)) return location;
    problems.push(`<${name}> must be a data directory, or a URL that begins with postgres://`);
  } catch (error) {
    if (!(error instanceof InvalidPostgresUrl)) throw error;
    problems.push(...error.problems.map((problem) => `<${name}> ${problem}`));
  }
  return undefined;
}
