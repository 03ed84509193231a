import type { Results, RowResult } from './results.js';
import { machineText } from './table.js';
import { boundText, spreadText, verdictText } from './values.js';

/** The results as in `docs/performance.md`: a table of figures with goals, and the other figures below it. */
export function markdownText({ machine, rows }: Results): string {
  return [
    `Machine: ${machineText(machine)}.`,
    table(
      ['row', 'figure', 'median (min..max)', 'target', 'aim', ''],
      rows.flatMap((row) => askedOf(row)),
    ),
    ...rows.map(detail),
    '',
  ].join('\n\n');
}

function askedOf(row: RowResult): string[][] {
  if (row.failed !== undefined) return [[`\`${row.name}\``, row.failed, '', '', '', '']];
  return row.figures
    .filter(({ target }) => target !== undefined)
    .map((figure) => [
      `\`${row.name}\``,
      figure.name,
      spreadText(figure),
      boundText(figure.target, figure.unit),
      boundText(figure.aim, figure.unit),
      verdictText(figure),
    ]);
}

function detail(row: RowResult): string {
  const { name, title, figures, notes, load_average: load, quick } = row;
  const manner = quick ? ' **Quick run: no figure to go by.**' : '';
  const others = figures.filter(({ target }) => target === undefined);
  const lines = [
    `### ${name}`,
    `${title}. Load average at its start: ${load[0]?.toFixed(2) ?? '-'}.${manner}`,
    ...(others.length === 0
      ? []
      : [
          table(
            ['also measured', 'median (min..max)'],
            others.map((figure) => [figure.name, spreadText(figure)]),
          ),
        ]),
    ...(notes.length === 0 ? [] : [notes.map((note) => `- ${note}`).join('\n')]),
  ];
  return lines.join('\n\n');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
