import type { AlertMessage } from '../../ports/channel.js';

/** Nodes that are listed: more is nothing that is read on a phone. */
const LISTED = 40;
/** Characters of a name or a value among the details. */
const LONGEST_DETAIL = 120;

/** What is seen first. */
export const SIGNS: Readonly<Record<AlertMessage['type'], string>> = {
  'node.failed': '🔴',
  'node.reported_failure': '🔴',
  'node.recovered': '🟢',
  'node.deleted': '⚫',
  'channel.closed': '⚫',
  'node.inactive': '🟡',
  mass_failure: '🚨',
  test: '⚪',
};

export interface Detail {
  readonly name: string;
  readonly value: string;
}

/**
 * What helps to find the node, for below the sentence. When it was comes first.
 *
 * @param escaped makes a text of somebody else's harmless
 */
export function detailsOf(
  { node, at, blind_seconds, reminder }: AlertMessage,
  when: (seconds: number) => string,
  escaped: (text: string) => string = (text) => text,
): readonly Detail[] {
  const details = [{ name: reminder === undefined ? 'When' : 'Failed at', value: when(at) }];
  if (node !== undefined) {
    const { last_heartbeat, labels } = node;
    if (last_heartbeat !== null && last_heartbeat !== at) {
      details.push({ name: 'Last heard', value: when(last_heartbeat) });
    }
    for (const [name, value] of Object.entries(labels)) {
      details.push({
        name: escaped(shortened(name, LONGEST_DETAIL)),
        value: escaped(shortened(value, LONGEST_DETAIL)),
      });
    }
  }
  if (blind_seconds >= 1) {
    details.push({ name: 'Nobody could be heard for', value: `${Math.round(blind_seconds)} s of it` });
  }
  return details;
}

type Size = (text: string) => number;

const length: Size = (text) => text.length;

/** What a text costs in UTF-8. */
export function bytes(text: string): number {
  return Buffer.byteLength(text);
}

/** What a text costs within JSON, but for its quotes: more than it has, where it is full of them. */
export function jsonBytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text)) - 2;
}

/**
 * How the nodes stand that a message is about, a line each: as many as are read and as there is room for, and how many
 * more there are.
 */
export function listed(
  { nodes = [] }: AlertMessage,
  line: (name: string, standing: string) => string,
  { most = LISTED, room = Infinity, size = length }: { most?: number; room?: number; size?: Size } = {},
): readonly string[] {
  const lines = nodes.slice(0, most).map((node) => line(node.name, standingOf(node)));
  return fitted(lines, room, size, nodes.length);
}

/** How a node stands that a message names, for behind its name. */
export function standingOf({
  state,
  deleted,
}: Pick<NonNullable<AlertMessage['nodes']>[number], 'state' | 'deleted'>): string {
  if (deleted === true) return 'was deleted';
  return state === 'active' ? 'is back' : `is ${state}`;
}

/**
 * As many of the lines as there is room for, and how many more there are.
 *
 * @param total lines that there would be: some may have been left out before
 */
export function fitted(
  lines: readonly string[],
  room: number,
  size: Size = length,
  total = lines.length,
): readonly string[] {
  const sizes = lines.map((line) => size(line) + 1);
  const all = sizes.reduce((sum, each) => sum + each, 0);
  const rest = total - lines.length;
  if (all + (rest === 0 ? 0 : size(more(rest)) + 1) <= room)
    return rest === 0 ? lines : [...lines, more(rest)];
  let left = room - size(more(total)) - 1;
  const cut = sizes.findIndex((each) => (left -= each) < 0);
  const shown = lines.slice(0, cut < 0 ? lines.length : cut);
  return [...shown, more(total - shown.length)];
}

/** What lines cost that are joined. */
export function sizeOf(lines: readonly string[], size: Size = length): number {
  return lines.reduce((sum, line) => sum + size(line) + 1, 0);
}

function more(count: number): string {
  return `… and ${count} more`;
}

/**
 * The longest beginning that there is room for, with a sign where something is missing, and never half a character.
 *
 * @param size what a text costs once it is written as it will be: it never gets smaller when a text gets longer
 */
export function shortened(text: string, room: number, size: Size = length): string {
  if (size(text) <= room) return text;
  let least = 0;
  let most = text.length;
  while (least < most) {
    const middle = Math.ceil((least + most) / 2);
    if (size(`${beginning(text, middle)}…`) <= room) least = middle;
    else most = middle - 1;
  }
  return `${beginning(text, least)}…`;
}

function beginning(text: string, length: number): string {
  return text.slice(0, length).replace(/[\uD800-\uDBFF]$/, '');
}

/**
 * A text of somebody else's, in which nobody is mentioned: a sign without a width behind each `@` keeps a node called
 * `@all` from waking a whole company.
 */
export function unmentioned(text: string): string {
  return text.replaceAll('@', '@\u200B');
}

/** For readers whose time zone nobody knows: `2026-11-22 08:00:25 UTC`. */
export function utc(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** For HTML, and for Slack and Telegram, which take what looks like it. */
export function escapedMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
