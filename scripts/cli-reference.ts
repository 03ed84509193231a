import type { Argument, Command, Option } from 'commander';
import { commands } from '../src/cli/commands.js';
import { exitCodes } from '../src/cli/exit-codes.js';
import { programWith } from '../src/cli/program.js';

const START = '<!-- reference: made by scripts/docs-cli.ts -->';
const END = '<!-- end of reference -->';
/** Options that many commands have: the page explains them once. */
const CONNECTION = 'Connection:';
const CONFIGURATION = 'Configuration';

/** The whole program, as it is documented. */
export function wholeProgram(): Promise<Command> {
  return programWith(() => true, {
    env: {},
    stdout: process.stdout,
    stderr: process.stderr,
    version: '',
    mainPath: '',
    startDaemon: () => Promise.resolve(),
  });
}

/** A page with its reference replaced by that of the commands in the table. */
export async function withReference(page: string): Promise<string> {
  const [before = '', rest = ''] = page.split(START);
  const [, after = ''] = rest.split(END);
  return `${before}${START}\n\n${reference(await wholeProgram())}\n\n${END}${after}`;
}

function reference(program: Command): string {
  const groups = [...new Set(commands.map(({ group }) => group))];
  const listed = groups.flatMap((group) => [
    `## ${group.replace(/:$/, '')}`,
    ...commands.filter((entry) => entry.group === group).flatMap(({ name }) => sections(program, name)),
  ]);
  const codes = table(['code', 'meaning'], exitCodes);
  return ['## Exit codes', codes, ...listed].join('\n\n');
}

function sections(program: Command, name: string): readonly string[] {
  const command = program.commands.find((each) => each.name() === name);
  if (command === undefined) throw new Error(`the table has ${name}, and the program has not`);
  const parts = command.commands.length > 0 ? command.commands : [command];
  return parts.flatMap((part) => section(part, part === command ? name : `${name} ${part.name()}`));
}

function section(command: Command, name: string): readonly string[] {
  const all = command.options.filter(({ hidden }) => !hidden);
  const own = all.filter((option) => !isShared(option));
  const rows = [
    ...command.registeredArguments.map((argument) => [code(nameOf(argument)), argument.description, '']),
    ...own.map((option) => [code(option.flags), option.description, defaultOf(option)]),
  ];
  const more = [
    ...(all.some(({ helpGroupHeading: group }) => group === CONNECTION) ? ['`--url` and `--profile`'] : []),
    ...(all.some(({ helpGroupHeading: group }) => group?.startsWith(CONFIGURATION))
      ? ['all [options of the configuration](configuration.md)']
      : []),
  ];
  return [
    `### \`heartbeat ${name}\``,
    sentence(command.description()),
    code(`heartbeat ${name} ${command.usage()}`),
    ...(rows.length > 0 ? [table(['argument or option', 'meaning', 'default'], rows)] : []),
    ...(more.length > 0 ? [`Besides: ${more.join(', and ')}.`] : []),
  ];
}

function isShared({ helpGroupHeading: group }: Option): boolean {
  return group === CONNECTION || group?.startsWith(CONFIGURATION) === true;
}

function nameOf(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return argument.required ? `<${name}>` : `[${name}]`;
}

function defaultOf({ defaultValue, negate }: Option): string {
  const value: unknown = defaultValue;
  return typeof value === 'string' && !negate ? code(value) : '';
}

function sentence(text: string): string {
  const upper = text.charAt(0).toUpperCase() + text.slice(1);
  return upper.endsWith('.') ? upper : `${upper}.`;
}

function code(text: string): string {
  return `\`${text}\``;
}

function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(titles), `| ${titles.map(() => '---').join(' | ')} |`, ...rows.map(line)].join('\n');
}
