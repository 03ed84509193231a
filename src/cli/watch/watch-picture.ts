import type { Answers, NodeWithCause } from '../../client/api/contract/types.js';
import { countsText, readyCell } from '../api/daemon-commands.js';
import { nodesTable } from '../api/nodes-commands.js';
import { fit } from '../output/display-width.js';
import { colored, type Screen } from '../output/screen.js';
import { details } from '../output/table.js';
import { durationText } from '../output/times.js';

/** What the live screen knows. */
export interface Watched {
  readonly url: string;
  readonly readiness: Answers['readiness'] | undefined;
  readonly stats: Answers['stats'] | undefined;
  /** Failed nodes, and behind them late ones; as many as a page has. */
  readonly failing: readonly NodeWithCause[];
  /** The last events, newest first, a line each. */
  readonly events: readonly string[];
  /** When it was read; undefined before the first answer. */
  readonly at: Date | undefined;
  /** Why it could not be read since then. */
  readonly trouble: string | undefined;
}

const KEYS = 'q quits';
/** Title, counts and keys, and a line between each part. */
const FEWEST_EVENTS = 3;

/** The lines of the live screen: as many as there are rows, none of them wider than the terminal. */
export function watchPicture(watched: Watched, screen: Screen, rows: number): readonly string[] {
  const head = [titleLine(watched, screen), '', ...linesOf(headText(watched, screen)), ''];
  const room = Math.max(0, rows - head.length - 1);
  const all = linesOf(nodesTable(screen, watched.failing, 'no node fails'));
  const forEvents = Math.min(watched.events.length, Math.max(FEWEST_EVENTS, room - all.length - 1));
  const forNodes = Math.max(0, room - (forEvents === 0 ? 0 : forEvents + 1));
  const nodes =
    all.length <= forNodes ? all : [...all.slice(0, Math.max(0, forNodes - 1)), left(all, forNodes)];
  const events = watched.events.slice(0, forEvents).map((line) => fit(line, screen.columns).trimEnd());
  const lines = [...head, ...nodes, ...(events.length === 0 ? [] : ['', ...events])].slice(0, rows - 1);
  const blank = Array.from({ length: Math.max(0, rows - 1 - lines.length) }, () => '');
  return [...lines, ...blank, colored(fit(KEYS, screen.columns).trimEnd(), 'grey', screen)].slice(-rows);
}

function titleLine({ url, at, trouble }: Watched, screen: Screen): string {
  const title = fit(`heartbeat  ${url}`, screen.columns).trimEnd();
  if (trouble === undefined) return colored(title, 'bold', screen);
  const since =
    at === undefined ? '' : `no answer for ${durationText(screen.now.getTime() - at.getTime())}: `;
  return colored(fit(`${since}${trouble}`, screen.columns).trimEnd(), 'red', screen);
}

function headText({ readiness, stats }: Watched, screen: Screen): string {
  return details(screen, [
    ['ready', readiness === undefined ? 'not known yet' : readyCell(readiness)],
    ['users', stats === undefined ? undefined : `${stats.users.online} online, ${stats.devices} devices`],
    ['nodes', stats === undefined ? undefined : countsText(stats.nodes)],
    ['sockets', stats === undefined ? undefined : stats.sockets],
  ]);
}

function left(all: readonly string[], shown: number): string {
  return `and ${all.length - Math.max(0, shown - 1)} more`;
}

function linesOf(text: string): readonly string[] {
  return text.replace(/\n$/, '').split('\n');
}
