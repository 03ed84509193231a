import type { Option } from './option.js';
import { options } from './schema.js';
import { valueText } from './value-source.js';

const START = '<!-- prettier-ignore-start -->\n<!-- The schema writes what follows. -->';
const END = '<!-- prettier-ignore-end -->';

/** The document with the table of options between its markers brought up to date. */
export function withTable(document: string): string {
  const [before, ...afterStart] = document.split(START);
  const [, ...afterEnd] = afterStart.join(START).split(END);
  if (before === undefined || afterEnd.length === 0) {
    throw new Error(`the document lacks the marker ${START} or ${END}`);
  }
  return `${before}${START}\n\n${optionsTable()}\n\n${END}${afterEnd.join(END)}`;
}

function optionsTable(): string {
  return [
    ['In the file', 'Flag', 'Environment', 'Default', 'Must be', 'What it does'],
    ['---', '---', '---', '---', '---', '---'],
    ...options.map((option) => [
      `\`${option.key}\``,
      `\`${option.flag}\``,
      `\`${option.variable}\``,
      defaultText(option),
      option.expects,
      option.description,
    ]),
  ]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

/** The default in Markdown. */
export function defaultText(option: Option): string {
  return option.computed?.text ?? `\`${valueText(option, option.default)}\``;
}
