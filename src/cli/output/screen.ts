import type { Environment } from '../../config/client-variables.js';
import { wantsColor } from '../../domain/terminal-color.js';

/** What is written on: a terminal, or a pipe or a file, which gets plain lines. */
export interface Screen {
  readonly isTerminal: boolean;
  /** Characters in a line of the terminal. */
  readonly columns: number;
  readonly hasColor: boolean;
  readonly now: Date;
}

const COLUMNS = 80;

/** @param stream standard output */
export function screenOf(
  stream: { readonly isTTY?: boolean | undefined; readonly columns?: number | undefined },
  env: Environment,
  now = new Date(),
): Screen {
  const isTerminal = stream.isTTY === true;
  return {
    isTerminal,
    columns: stream.columns === undefined || stream.columns < 1 ? COLUMNS : stream.columns,
    hasColor: isTerminal && wantsColor(env),
    now,
  };
}

const COLORS = { red: 31, green: 32, yellow: 33, cyan: 36, grey: 90, bold: 1 } as const;
export type Color = keyof typeof COLORS;

export function colored(text: string, color: Color | undefined, { hasColor: shown }: Screen): string {
  return color === undefined || !shown ? text : `\u001B[${COLORS[color]}m${text}\u001B[0m`;
}
