import type { EmitterObserver } from '../../client/emitter/emitter.js';
import type { EmitterReport } from '../../client/emitter/tally.js';
import { progressLine } from './summary.js';

/** Shows the progress of the emitter. */
export interface EmitProgress extends EmitterObserver {
  /** The emitter has started: there is a report to show from now on. */
  begin(report: () => EmitterReport): void;
  end(): void;
}

/** The most names in a line. */
const MOST_NAMES = 10;
const REDRAW_MS = 500;
const ERASE_LINE = '\r\u001B[K';

/** Prints a line for each event. On a terminal, a line at the bottom shows the present state. */
export function emitProgress(stream: NodeJS.WritableStream, isTerminal: boolean): EmitProgress {
  let line = '';
  let timer: NodeJS.Timeout | undefined;
  const note = (text: string): void => {
    stream.write(isTerminal ? `${ERASE_LINE}${text}\n${line}` : `${text}\n`);
  };
  return {
    begin: (report) => {
      if (!isTerminal) return;
      timer = setInterval(() => {
        line = progressLine(report());
        stream.write(ERASE_LINE + line);
      }, REDRAW_MS);
    },
    end: () => {
      if (timer === undefined) return;
      clearInterval(timer);
      stream.write(ERASE_LINE);
    },
    unreachable: (error) => {
      note(`heartbeats are refused, trying again: ${error instanceof Error ? error.message : String(error)}`);
    },
    reachable: () => {
      note('heartbeats are accepted again');
    },
    refused: (node, error) => {
      note(`${node} is refused: ${error}`);
    },
    settingsRefused: (node, reason) => {
      note(`settings of ${node} are refused: ${reason}`);
    },
    probeFailed: (node, reason) => {
      note(`${node} failed its probe: ${reason}`);
    },
    probePassed: (node) => {
      note(`${node} passed its probe again`);
    },
    leftToJobs: (nodes) => {
      const more = nodes.length - MOST_NAMES;
      const names = nodes.slice(0, MOST_NAMES).join(', ') + (more > 0 ? ` and ${more} more` : '');
      note(`no heartbeats are sent for nodes with a schedule and no probe, their jobs send them: ${names}`);
    },
  };
}
