import { SingleBar } from 'cli-progress';
import type { CommandContext } from '../command-table.js';

/** Characters. */
const BAR = 24;
const LONGEST_PHASE = 'verifying'.length;

/** @param total undefined while it is not known */
export type ShowProgress = (phase: string, records: number, total?: number) => void;

export interface Progress {
  readonly show: ShowProgress;
  readonly end: () => void;
}

/** A line for each phase on the terminal of this process; nothing in a pipe. */
export function progressOn(stream: CommandContext['stderr']): Progress {
  const { stderr } = process;
  if (stream !== stderr || !stderr.isTTY) return { show: () => undefined, end: () => undefined };
  let line = '';
  const bar = new SingleBar({
    stream: stderr,
    format: () => line,
    // A signal ends the command, as anywhere else.
    gracefulExit: false,
    hideCursor: null,
    linewrap: null,
  });
  let shown: string | undefined;
  return {
    show: (phase, records, total) => {
      if (phase !== shown && shown !== undefined) bar.stop();
      line = lineOf(phase, records, total);
      if (phase !== shown) bar.start(1, 0);
      shown = phase;
      bar.update(0);
    },
    end: () => {
      if (shown !== undefined) bar.stop();
      shown = undefined;
    },
  };
}

function lineOf(phase: string, records: number, total: number | undefined): string {
  const name = phase.padEnd(LONGEST_PHASE);
  if (total === undefined) return `${name}  ${count(records)} records`;
  const share = total === 0 ? 1 : records / total;
  const done = Math.floor(share * BAR);
  const bar = `${'='.repeat(done)}${'-'.repeat(BAR - done)}`;
  return `${name}  [${bar}] ${String(Math.floor(share * 100))} %  ${count(records)} of ${count(total)} records`;
}

export function count(records: number): string {
  return records.toLocaleString('en');
}
