import type { Machine, Results, RowResult } from './results.js';
import { boundText, spreadText, verdictText } from './values.js';

const HEAD = ['', 'median (min..max)', 'target', 'aim', ''];

/** The results for a terminal. */
export function tableText({ machine, rows }: Results): string {
  const cells = rows.flatMap((row) =>
    row.figures.map((figure) => [
      `  ${figure.name}`,
      spreadText(figure),
      boundText(figure.target, figure.unit),
      boundText(figure.aim, figure.unit),
      verdictText(figure),
    ]),
  );
  const widths = HEAD.map((head, column) =>
    Math.max(head.length, ...cells.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  const blocks = rows.map((row) => {
    const lines = cells.splice(0, row.figures.length).map(line);
    return [rowHead(row), ...lines, ...row.notes.map((note) => `  ${note}`)].join('\n');
  });
  return `${[machineText(machine), line(HEAD), ...blocks].join('\n\n')}\n`;
}

export function machineText({ cpu, cores, memory_bytes: memory, node, kernel }: Machine): string {
  return `${cpu}, ${String(cores)} cores, ${(memory / 2 ** 30).toFixed(0)} GiB, ${kernel}, Node ${node}`;
}

function rowHead({ name, title, quick, failed, load_average: load }: RowResult): string {
  const outcome = failed === undefined ? '' : `: ${failed}`;
  const manner = quick ? ' [quick: shows that it runs, not how fast]' : '';
  return `${name}: ${title}${manner} (load ${load[0]?.toFixed(2) ?? '-'})${outcome}`;
}
