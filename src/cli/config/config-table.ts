import { isRecord } from '../../domain/is-record.js';
import type { Effective } from '../../config/load-config.js';
import { options, valueIn } from '../../config/schema.js';
import { sourceText, valueText } from '../../config/value-source.js';

interface ConfigTableOptions {
  readonly json: boolean;
  readonly stdout: { write(text: string): unknown };
}

/** Prints the configuration in force, and the source of each value. */
export function configTable(loaded: Effective, { json, stdout }: ConfigTableOptions): void {
  stdout.write(json ? asJson(loaded) : asTable(loaded));
}

function asTable({ config, sources, ...sections }: Effective): string {
  const rows = [['OPTION', 'VALUE', 'FROM']];
  for (const option of options) {
    const source = sources.get(option.key);
    const value = valueText(option, valueIn(config, option.key));
    rows.push([option.key, value, source === undefined ? '' : sourceText(source)]);
  }
  for (const { key: section, value: shown, source } of sectionsOf(sections)) {
    for (const [key, value] of flat(shown)) {
      rows.push([`${section}.${key}`, valueText({ secret: false }, value), sourceText(source)]);
    }
  }
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
  return rows.map((row) => `${line(row)}\n`).join('');
}

function asJson({ config, sources, ...sections }: Effective): string {
  const entries = options.map((option) => {
    const inForce = valueIn(config, option.key);
    const value = option.secret && inForce !== null ? valueText(option, inForce) : inForce;
    return [option.key, { value, from: sources.get(option.key) }];
  });
  const others = sectionsOf(sections).map(({ key, value, source }) => [key, { value, from: source }]);
  return `${JSON.stringify(Object.fromEntries([...entries, ...others]), null, 2)}\n`;
}

/** The file's entries besides options, with secrets hidden. */
function sectionsOf({
  channels,
  shownAuth,
  shownMaintenance,
  shownRotas,
  shownStatusPages,
}: Pick<
  Effective,
  'channels' | 'shownAuth' | 'shownMaintenance' | 'shownRotas' | 'shownStatusPages'
>): Effective['shownAuth'] {
  const ways = channels.map(({ policy, shown, source }) => ({
    key: `channels.${policy.name}`,
    value: shown,
    source,
  }));
  return [...shownAuth, ...ways, ...shownMaintenance, ...shownRotas, ...shownStatusPages];
}

/** An empty list limits a key to nothing, which a blank would not say. Of maps, as people of a rota, it is JSON. */
function listText(values: readonly unknown[]): string {
  if (values.length === 0) return '[]';
  return values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))).join(', ');
}

function flat(settings: object, prefix = ''): [string, unknown][] {
  return Object.entries(settings).flatMap(([key, value]: [string, unknown]) =>
    isRecord(value)
      ? flat(value, `${prefix}${key}.`)
      : [[`${prefix}${key}`, Array.isArray(value) ? listText(value) : value]],
  );
}
