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
  { node, at, blind_seconds }: AlertMessage,
  when: (seconds: number) => string,
  escaped: (text: string) => string = (text) => text,
): readonly Detail[] {
  const details = [{ name: 'When', value: when(at) }];
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

/** How the nodes stand that a message is about, a line each: as many as are read, and how many more there are. */
export function listed(
  { nodes = [] }: AlertMessage,
  line: (name: string, standing: string) => string,
  most = LISTED,
): readonly string[] {
  const lines = nodes.slice(0, most).map((node) => line(node.name, standingOf(node)));
  return nodes.length > most ? [...lines, more(nodes.length - most)] : lines;
}

/** How a node stands that a message names, for behind its name. */
export function standingOf({
  state,
  deleted,
}: Pick<NonNullable<AlertMessage['nodes']>[number], 'state' | 'deleted'>): string {
  if (deleted === true) return 'was deleted';
  return state === 'active' ? 'is back' : `is ${state}`;
}

/** As many of the lines as there is room for, and how many more there are. */
export function fitted(
  lines: readonly string[],
  room: number,
  size: (text: string) => number = (text) => text.length,
): readonly string[] {
  const sizes = lines.map((line) => size(line) + 1);
  if (sizes.reduce((sum, each) => sum + each, 0) <= room) return lines;
  let left = room - size(more(lines.length)) - 1;
  const cut = sizes.findIndex((each) => (left -= each) < 0);
  return [...lines.slice(0, cut), more(lines.length - cut)];
}

function more(count: number): string {
  return `… and ${count} more`;
}

/** At most so many characters, with a sign where some are missing, and never half of one. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** At most so many bytes of UTF-8. */
export function shortenedToBytes(text: string, most: number): string {
  if (Buffer.byteLength(text) <= most) return text;
  // A character that was cut in half becomes a sign of its own.
  const cut = Buffer.from(text)
    .subarray(0, most - 3)
    .toString();
  return `${cut.replace(/\uFFFD$/, '')}…`;
}

/** For readers whose time zone nobody knows: `2026-11-22 08:00:25 UTC`. */
export function utc(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** For HTML, and for Slack and Telegram, which take what looks like it. */
export function escapedMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
