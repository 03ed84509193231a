import type { Answers, NodeWithCause } from '../../client/api/contract/types.js';
import { isRecord } from '../../domain/is-record.js';
import { ANSWERED_NO, SUCCESS } from '../exit-codes.js';
import { seconds } from '../output/times.js';
import type { Screen } from '../output/screen.js';
import { details, type Cell } from '../output/table.js';
import { printableCell } from '../output/printable.js';
import { apiCommand } from './api-command.js';
import { nodesTable } from './nodes-commands.js';

interface Status {
  readonly url: string;
  readonly readiness: Answers['readiness'];
  /** Undefined while it is not ready. */
  readonly stats: Answers['stats'] | undefined;
  /** Those that have failed, as many as one page has. */
  readonly failed: readonly NodeWithCause[];
}

export const status = apiCommand<object, Status>({
  scope: 'read',
  description:
    'Say how the daemon, users and nodes are. The exit code is 2 if the daemon is not ready, or cannot store.',
  call: async ({ url, calls, client }) => {
    const readiness = await client.ready();
    if (readiness.status !== 'ready') return { url, readiness, stats: undefined, failed: [] };
    const [stats, { nodes }] = await Promise.all([
      client.stats(),
      calls.call('nodes', { query: { state: 'failed' } }),
    ]);
    return { url, readiness, stats, failed: nodes };
  },
  text: ({ url, readiness, stats, failed }, screen) => {
    const head = details(screen, [
      ['daemon', url],
      ['ready', readyCell(readiness)],
      ['users', stats === undefined ? undefined : `${stats.users.online} online, ${stats.devices} devices`],
      ['nodes', stats === undefined ? undefined : countsText(stats.nodes)],
    ]);
    return failed.length === 0 ? head : `${head}\n${nodesTable(screen, failed)}`;
  },
  exitCode: ({ readiness }) =>
    readiness.status === 'ready' && readiness.notStoring === undefined ? SUCCESS : ANSWERED_NO,
});

export function readyCell(readiness: Answers['readiness']): Cell {
  if (readiness.status === 'unready') return { text: `no: ${readiness.reasons.join('; ')}`, color: 'red' };
  return readiness.notStoring === undefined
    ? { text: 'yes', color: 'green' }
    : { text: `yes, but not everything is stored: ${readiness.notStoring.join('; ')}`, color: 'red' };
}

export function countsText(counts: Answers['stats']['nodes']): string {
  const { registered, active, inactive, failed, paused } = counts;
  return `${registered}: ${active} active, ${inactive} inactive, ${failed} failed, ${paused} paused`;
}

export const whoami = apiCommand<object, Answers['whoami']>({
  scope: 'read',
  description: 'Say which key this is, and what it may do.',
  call: ({ client }) => client.whoami(),
  text: ({ key, scopes, nodes, expires }, screen) =>
    details(screen, [
      ['key', key ?? 'none: the daemon has no keys'],
      ['scopes', scopes.join(', ')],
      ['nodes', nodes === null ? 'all' : nodes.map((prefix) => `${prefix}*`).join(', ')],
      ['expires', expires?.toISOString()],
    ]),
});

export const supervision = apiCommand<object, Answers['supervision']>({
  scope: 'read',
  description: 'Show the supervision tree with restarts. --json shows all of it: mailboxes, store, memory.',
  call: ({ client }) => client.supervision(),
  text: (answer, screen) => {
    const lines = treeLines(answer['tree'], 0);
    return `${headOf(answer, screen)}${lines.map((line) => `${line}\n`).join('')}`;
  },
});

function headOf(answer: Answers['supervision'], screen: Screen): string {
  const { status: state, phase, uptime } = answer;
  return details(screen, [
    ['status', { text: state, color: state === 'ready' ? 'green' : 'red' }],
    ['phase', typeof phase === 'string' ? phase : undefined],
    ['uptime', typeof uptime === 'number' ? seconds(screen, uptime) : undefined],
  ]);
}

/** The tree by its names; fields depend on the version, so those that are missing are left out. */
function treeLines(actor: unknown, depth: number): readonly string[] {
  if (!isRecord(actor)) return [];
  const { name, children } = actor;
  const facts = ['state', 'restarts', 'crashes', 'waiting'].flatMap((field) => {
    const value = actor[field];
    return typeof value === 'string' || (typeof value === 'number' && value > 0) ? [`${field} ${value}`] : [];
  });
  const line = `${'  '.repeat(depth)}${String(name)}${facts.length > 0 ? `  ${facts.join(', ')}` : ''}`;
  const below = Array.isArray(children)
    ? children.flatMap((child: unknown) => treeLines(child, depth + 1))
    : [];
  return [printableCell(line), ...below];
}
