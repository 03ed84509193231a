import type { AlertMessage } from '../../ports/channel.js';

/** The most nodes in a list: nobody reads more on a phone. */
const LISTED = 40;
/** The most characters of a name or value among the details. */
const LONGEST_DETAIL = 120;

/** The sign at the beginning of a text. */
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
 * Details about the node, shown below the sentence. The time comes first.
 *
 * @param escaped makes text from outside harmless
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

/** A link, as people see it. */
export interface TitledLink {
  readonly title: string;
  readonly url: string;
}

const TITLES = [
  ['node', 'Show the node'],
  ['acknowledge', 'Acknowledge'],
  ['silence', 'Silence for 1 hour'],
] as const;

/** The links of a message about one node; none without `public_url`. Each URL is ASCII without any quote or bracket. */
export function linksOf({
  links,
}: {
  readonly links?: AlertMessage['links'] | undefined;
}): readonly TitledLink[] {
  return TITLES.flatMap(([name, title]) => {
    const url = links?.[name];
    return url === undefined ? [] : [{ title, url }];
  });
}

type Size = (text: string) => number;

const length: Size = (text) => text.length;

/** The size of a text in UTF-8. */
export function bytes(text: string): number {
  return Buffer.byteLength(text);
}

/** The size of a text in JSON, without its quotes. */
export function jsonBytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text)) - 2;
}

/** The states of the nodes in a group, a line each: as many as people read and as fit, then how many more there are. */
export function listed(
  { nodes = [] }: AlertMessage,
  line: (name: string, state: string, url: string | undefined) => string,
  { most = LISTED, room = Infinity, size = length }: { most?: number; room?: number; size?: Size } = {},
): readonly string[] {
  const lines = nodes.slice(0, most).map((node) => line(node.name, stateText(node), node.links?.node));
  return fitted(lines, room, size, nodes.length);
}

/** A node's state, to follow its name. */
export function stateText({
  state,
  deleted,
}: Pick<NonNullable<AlertMessage['nodes']>[number], 'state' | 'deleted'>): string {
  if (deleted === true) return 'was deleted';
  return state === 'active' ? 'is back' : `is ${state}`;
}

/**
 * As many of the lines as fit, then how many more there are.
 *
 * @param total the number of lines without earlier cuts
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

/** The size of joined lines. */
export function sizeOf(lines: readonly string[], size: Size = length): number {
  return lines.reduce((sum, line) => sum + size(line) + 1, 0);
}

function more(count: number): string {
  return `… and ${count} more`;
}

/**
 * The longest prefix that fits, with a sign if something is missing; never cuts a character.
 *
 * @param size the size of a text in its final form; it must not shrink when the text grows
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
 * Text from outside in which nothing is a mention: a zero-width character after each `@` keeps a node called `@all`
 * from waking a whole company.
 */
export function withoutMentions(text: string): string {
  return text.replaceAll('@', '@\u200B');
}

/** For readers whose time zone is unknown: `2026-11-22 08:00:25 UTC`. */
export function utc(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** For HTML, and for Slack and Telegram, which accept markup like it. */
export function escapedMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
