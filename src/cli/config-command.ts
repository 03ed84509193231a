import type { Effective } from '../config/load.js';
import { options, valueIn } from '../config/schema.js';
import { sourceText, valueText } from '../config/source.js';

interface ConfigCommandOptions {
  readonly json: boolean;
  readonly stdout: { write(text: string): unknown };
}

/** Prints what is in force and where each value came from. */
export function configCommand(loaded: Effective, { json, stdout }: ConfigCommandOptions): void {
  stdout.write(json ? asJson(loaded) : asTable(loaded));
}

function asTable({ config, sources }: Effective): string {
  const rows = [['OPTION', 'VALUE', 'FROM']];
  for (const option of options) {
    const source = sources.get(option.key);
    const value = valueText(option, valueIn(config, option.key));
    rows.push([option.key, value, source === undefined ? '' : sourceText(source)]);
  }
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
  return rows.map((row) => `${line(row)}\n`).join('');
}

function asJson({ config, sources }: Effective): string {
  const entries = options.map((option) => {
    const value = option.secret ? valueText(option, undefined) : valueIn(config, option.key);
    return [option.key, { value, from: sources.get(option.key) }];
  });
  return `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`;
}
