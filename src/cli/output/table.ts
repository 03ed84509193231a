import { displayWidth, fit } from './display-width.js';
import { printableCell } from './printable.js';
import { colored, type Color, type Screen } from './screen.js';

/** What is in a cell: a text, or one with a colour. Undefined: nothing. */
export type Cell =
  | string
  | number
  | undefined
  | { readonly text: string; readonly color?: Color | undefined };

/** A column by its title. */
export interface Column {
  readonly title: string;
  /** Never cut: its texts are for copying. */
  readonly isWhole?: boolean;
}

/** Columns of these titles. One that begins with `!` is never cut. */
export function columnsOf(...titles: readonly string[]): readonly Column[] {
  return titles.map((title) =>
    title.startsWith('!') ? { title: title.slice(1), isWhole: true } : { title },
  );
}

const GAP = 2;
/** No column that is cut becomes narrower. */
const NARROWEST = 8;

/**
 * Rows in columns that fit the width of a terminal, under their titles. In a pipe: a line for each row, without titles,
 * its cells separated by tabs, and none of them cut.
 *
 * @param empty said on a terminal where there are no rows
 */
export function table(
  screen: Screen,
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  empty = 'none',
): string {
  if (!screen.isTerminal) return lines(rows.map((row) => row.map(textOf).join('\t')));
  if (rows.length === 0) return lines([empty]);
  const titles = columns.map(({ title }) => title.toUpperCase());
  const texts = rows.map((row) => row.map(textOf));
  const widths = titles.map((title, column) =>
    // Not one call with all of them: there may be more rows than arguments of a call.
    texts.reduce((widest, row) => Math.max(widest, displayWidth(row[column] ?? '')), displayWidth(title)),
  );
  const room = screen.columns - GAP * (titles.length - 1);
  const fitting = narrowed(
    widths,
    columns.map(({ isWhole }) => isWhole === true),
    room,
  );
  const line = (cells: readonly string[], colors: readonly (Color | undefined)[]): string =>
    cells
      .map((text, column) => {
        const isLast = column === cells.length - 1;
        const width = fitting[column] ?? 0;
        const shown = isLast && displayWidth(text) <= width ? text : fit(text, width);
        return colored(shown, colors[column], screen);
      })
      .join(' '.repeat(GAP))
      .trimEnd();
  const head = line(
    titles,
    titles.map(() => 'grey' as const),
  );
  return lines([head, ...rows.map((row, index) => line(texts[index] ?? [], row.map(colorOf)))]);
}

/** Names and values, a line each. In a pipe: with a tab between them. */
export function details(screen: Screen, entries: readonly (readonly [name: string, value: Cell])[]): string {
  const present = entries.filter(([, value]) => value !== undefined && textOf(value) !== '');
  const width = Math.max(0, ...present.map(([name]) => displayWidth(name)));
  return lines(
    present.map(([name, value]) => {
      const text = textOf(value);
      return screen.isTerminal
        ? `${fit(name, width)}${' '.repeat(GAP)}${colored(text, colorOf(value), screen)}`
        : `${name}\t${text}`;
    }),
  );
}

/** The widest columns give way, until all fit. */
function narrowed(widths: readonly number[], areWhole: readonly boolean[], room: number): readonly number[] {
  const fitting = [...widths];
  for (let over = sum(fitting) - room; over > 0; over--) {
    const widest = Math.max(...fitting.map((width, column) => (areWhole[column] === true ? 0 : width)));
    if (widest <= NARROWEST) break;
    const column = fitting.findLastIndex((width, at) => width === widest && areWhole[at] !== true);
    fitting[column] = widest - 1;
  }
  return fitting;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

function textOf(cell: Cell): string {
  if (cell === undefined) return '';
  return printableCell(typeof cell === 'object' ? cell.text : String(cell));
}

function colorOf(cell: Cell): Color | undefined {
  return typeof cell === 'object' ? cell.color : undefined;
}

function lines(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join('');
}
