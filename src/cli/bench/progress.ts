import { SingleBar } from 'cli-progress';

import type { BenchObserver } from './bench.js';
import { sampleLine } from './figures/sample.js';
import type { Millis } from '../../domain/time.js';

/** Shows the progress of the bench. */
export interface Progress extends BenchObserver {
  /** A line other than the bench's figures, such as one of the daemon's log. */
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

/** For a terminal: a bar at the bottom with the figures so far, and a line for each sample above it. */
export function terminalProgress(stream: NodeJS.WritableStream, durationMs: Millis, users: number): Progress {
  const bar = new SingleBar({
    stream,
    format: '{part} [{bar}] {percentage}%  {figures}',
    barsize: 24,
    // The bench handles signals itself; the bar must not.
    gracefulExit: false,
    hideCursor: null,
    // Keeps the terminal's line wrap, or lines of samples would be cut off on a narrow one.
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
  // The bar is drawn again below whatever was written over it.
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
