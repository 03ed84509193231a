import { SingleBar } from 'cli-progress';

import type { BenchObserver } from './bench.js';
import { sampleLine } from './figures/sample.js';
import type { Millis } from '../../domain/time.js';

/** Shows people how the bench goes on. */
export interface Progress extends BenchObserver {
  /** A line that is none of the bench's figures, such as the daemon's log. */
  readonly note: (line: string) => void;
  readonly end: () => void;
}

/** For a pipe: a line for each sample, nothing else. */
export function plainProgress(stream: NodeJS.WritableStream): Progress {
  const note = (line: string): void => {
    stream.write(`${line}\n`);
  };
  return {
    note,
    healing: () => undefined,
    sampled: (sample) => {
      note(sampleLine(sample));
    },
    checking: () => undefined,
    end: () => undefined,
  };
}

const ERASE_LINE = '\r\u001B[K';

/** For a terminal: a bar at the bottom with the figures so far, and above it a line for each sample. */
export function terminalProgress(stream: NodeJS.WritableStream, durationMs: Millis, users: number): Progress {
  const bar = new SingleBar({
    stream,
    format: '{part} [{bar}] {percentage}%  {figures}',
    barsize: 24,
    // The bench itself ends orderly on a signal; the bar must not take it away.
    gracefulExit: false,
    hideCursor: null,
    // Left as the terminal has it, else the lines of samples would be cut off on a narrow one.
    linewrap: null,
  });
  let shown: { part: string; figures: string } | undefined;

  function show(part: string, total: number, value: number, figures: string): void {
    if (shown?.part !== part) {
      if (shown !== undefined) bar.stop();
      bar.start(total, 0, { part, figures });
    }
    shown = { part, figures };
    bar.update(Math.min(value, total), shown);
  }
  // The bar draws itself anew below whatever was written over it.
  function note(line: string): void {
    stream.write(shown === undefined ? `${line}\n` : `${ERASE_LINE}${line}\n`);
  }

  return {
    note,
    healing: (elapsedMs, { heals, errors }) => {
      show('healing', durationMs, elapsedMs, `heals ${String(heals)}  errors ${String(errors)}`);
    },
    sampled: (sample) => {
      note(sampleLine(sample));
    },
    checking: (usersDone) => {
      show('checking', users, usersDone, `users ${String(usersDone)}`);
    },
    end: () => {
      if (shown !== undefined) bar.stop();
    },
  };
}
