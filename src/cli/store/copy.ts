import { SingleBar } from 'cli-progress';
import type { Command } from 'commander';
import { SystemClock } from '../../adapters/clock/system-clock.js';
import { copyStore, type StoreCopy } from '../../adapters/copy-store.js';
import type { CopyProgress } from '../../adapters/history/copy.js';
import { InvalidPostgresUrl } from '../../adapters/postgres/postgres-url.js';
import { parseStoreLocation, type StoreLocation } from '../../adapters/store-location.js';
import { HeartbeatError } from '../../errors.js';

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
    .description('copy a history, to a database or back; again after an interruption, it goes on')
    .argument('<from>', 'the data directory, or the postgres:// URL of the database, to copy from')
    .argument('<to>', 'the same of an empty store to copy to')
    .option('--json', 'the result as one JSON document')
    .action(async (from: string, to: string, { json }: { json?: boolean }, command: Command) => {
      const problems: string[] = [];
      const source = located('from', from, problems);
      const target = located('to', to, problems);
      if (source === undefined || target === undefined)
        command.error(problems.map((problem) => `error: ${problem}`).join('\n'), { exitCode: WRONG_USAGE });
      const progress = progressOn(stderr);
      try {
        const copied = await copyStore(source, target, {
          clock: new SystemClock(),
          progress: progress.show,
        });
        progress.end();
        stdout.write(json === true ? `${JSON.stringify({ ...copied, verified: true })}\n` : shown(copied));
      } catch (error) {
        progress.end();
        if (!(error instanceof HeartbeatError)) throw error;
        stderr.write(`heartbeat: ${error.message}\n`);
        process.exitCode = 1;
      }
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

function shown({ from, to, records, written, checksum }: StoreCopy): string {
  return (
    `${String(written)} of ${String(records)} records were written from ${from} to ${to}\n` +
    `verified: both have the same ${String(records)} records, sha256 ${checksum}\n`
  );
}

/** A bar on a terminal; nothing in a pipe. */
function progressOn(stream: NodeJS.WriteStream): { readonly show: CopyProgress; readonly end: () => void } {
  if (!stream.isTTY) return { show: () => undefined, end: () => undefined };
  const bar = new SingleBar({
    stream,
    format: '{phase} [{bar}] {percentage}%  {value} records',
    barsize: 24,
    linewrap: null,
  });
  let shown: string | undefined;
  return {
    show: (phase, records, total = records) => {
      if (phase !== shown) {
        if (shown !== undefined) bar.stop();
        bar.start(total, records, { phase });
      }
      shown = phase;
      bar.setTotal(total);
      bar.update(records, { phase });
    },
    end: () => {
      if (shown !== undefined) bar.stop();
    },
  };
}
