import { userInfo } from 'node:os';
import type { Answers, Node, NodeState, NodeWithCause } from '../../client/api/contract/types.js';
import type { Accepted } from '../../client/api/lists.js';
import { durationProblems, secondsIn } from '../option-values.js';
import { instant, seconds } from '../output/times.js';
import type { Color, Screen } from '../output/screen.js';
import { columnsOf, details, table, type Cell } from '../output/table.js';
import { apiCommand, type Described } from './api-command.js';
import { nodeInPath } from './daemon.js';
import { LIMIT_OPTIONS, limitProblems, listing, more, type GivenLimits, type Listing } from './listing.js';
import { batchCode, batchText } from './users-commands.js';

const NAME = ['<name>', 'the name of the node'] as const;
export const BY = ['--by <who>', 'who does it (default: your login name)'] as const;
const UNTIL: readonly Described[] = [
  ['--for <seconds>', 'when it ends by itself, in seconds, or with a unit as in 90m'],
  ['--until <time>', 'when it ends by itself: Unix seconds or ISO 8601'],
];

interface GivenFilter extends GivenLimits {
  readonly state?: NodeState;
  readonly label?: string;
  readonly paused?: boolean;
  readonly name?: string;
}

export const nodes = apiCommand<GivenFilter, Listing<NodeWithCause>>({
  scope: 'read',
  description: 'List nodes, by name.',
  options: [
    ['--state <state>', 'only those that are active, inactive or failed'],
    ['--label <key:value>', 'only those with this label'],
    ['--name <prefix>', 'only those whose names begin with this'],
    ['--paused', 'only those that are paused'],
    ...LIMIT_OPTIONS,
  ],
  check: ({ options }) => limitProblems(options),
  call: ({ calls }, { options }) => {
    const { state, label, name, paused } = options;
    return listing(options, async (page) => {
      const found = await calls.call('nodes', { query: { state, label, name, paused, ...page } });
      return { items: found.nodes, next: found.nextCursor };
    });
  },
  text: (found, screen) => nodesTable(screen, found.items) + (screen.isTerminal ? more(found) : ''),
  json: ({ items, next }) => ({ nodes: items, next_cursor: next }),
});

export const node = apiCommand<object, Answers['node']>({
  scope: 'read',
  description: 'Show a node.',
  arguments: [NAME],
  call: ({ calls }, { args: [name = ''] }) => calls.call('node', { path: nodeInPath(name) }),
  text: (found, screen) => nodeText(found, screen),
});

export const beat = apiCommand<object, Accepted>({
  scope: 'heal',
  description: 'Send heartbeats of nodes. The first one of an unknown name registers it.',
  arguments: [['<name...>', 'the names of the nodes']],
  call: ({ client }, { args }) => client.nodes.heartbeat(args),
  text: batchText,
  exitCode: batchCode,
});

export const fail = apiCommand<{ readonly reason?: string }, Node>({
  scope: 'heal',
  description: 'Report a failure of a node at once, without retries.',
  arguments: [NAME],
  options: [['--reason <text>', 'shown in the flip and the alert']],
  call: ({ client }, { args: [name = ''], options: { reason } }) => client.nodes.fail(name, reason),
  text: nodeLine,
});

interface GivenEnd {
  readonly for?: string;
  readonly until?: string;
}

export const pause = apiCommand<GivenEnd, Node>({
  scope: 'admin',
  description: 'Stop watching a node, until it is resumed or a time has come.',
  arguments: [NAME],
  options: UNTIL,
  check: ({ options }) => endProblems(options),
  call: ({ client }, { args: [name = ''], options }) =>
    client.nodes.pause(name, {
      for: options.for === undefined ? undefined : secondsIn(options.for),
      until: options.until === undefined ? undefined : timeIn(options.until),
    }),
  text: nodeLine,
});

export const resume = apiCommand<object, Node>({
  scope: 'admin',
  description: 'Watch a paused node again.',
  arguments: [NAME],
  call: ({ client }, { args: [name = ''] }) => client.nodes.resume(name),
  text: nodeLine,
});

interface GivenAcknowledgement extends GivenEnd {
  readonly by?: string;
  readonly reason?: string;
  readonly undo?: boolean;
}

export const acknowledge = apiCommand<GivenAcknowledgement, Node>({
  scope: 'admin',
  description: 'Acknowledge the failure of a node: no reminders and no escalation.',
  arguments: [NAME],
  options: [
    BY,
    ['--reason <text>', 'what is being done about it'],
    ...UNTIL,
    ['--undo', 'take an acknowledgement back'],
  ],
  check: ({ options }) => endProblems(options),
  call: ({ client }, { args: [name = ''], options }) => {
    if (options.undo === true) return client.nodes.unacknowledge(name);
    const { reason } = options;
    const until = endIn(options);
    return client.nodes.acknowledge(name, {
      by: options.by ?? userInfo().username,
      ...(reason !== undefined && { reason }),
      ...(until !== undefined && { until }),
    });
  },
  text: nodeLine,
});

/** What is wrong with the end of a pause or an acknowledgement. */
function endProblems({ for: time, until }: GivenEnd): readonly string[] {
  return [
    ...(time !== undefined && until !== undefined ? ['--for and --until: give one of them'] : []),
    ...durationProblems('for', time),
  ];
}

/** When something ends that lasts for a while, or until a time. */
function endIn({ for: time, until }: GivenEnd): Date | number | string | undefined {
  const lasting = time === undefined ? undefined : secondsIn(time);
  if (lasting !== undefined) return new Date(Date.now() + lasting * 1000);
  return until === undefined ? undefined : timeIn(until);
}

/** Unix seconds as a number; any other text as it is. */
function timeIn(text: string): number | string {
  return /^\d{6,}(\.\d+)?$/.test(text) ? Number(text) : text;
}

export function nodesTable(screen: Screen, list: readonly NodeWithCause[], empty = 'no nodes'): string {
  return table(
    screen,
    columnsOf('node', 'state', 'since', 'last heartbeat', 'remarks'),
    list.map((each) => [
      each.name,
      stateOf(each),
      instant(screen, each.since),
      instant(screen, each.lastHeartbeat),
      remarks(each).join(', '),
    ]),
    empty,
  );
}

const COLORS: Readonly<Record<NodeState, Color>> = { active: 'green', inactive: 'yellow', failed: 'red' };

export function stateOf({ state, paused }: Pick<Node, 'state' | 'paused'>): Cell {
  return paused ? { text: `${state}, paused`, color: 'grey' } : { text: state, color: COLORS[state] };
}

function remarks({
  acknowledged,
  causedBy,
  silencedBy,
  maintenance,
  started,
}: NodeWithCause): readonly string[] {
  return [
    ...(acknowledged === null ? [] : [`acknowledged by ${acknowledged.by}`]),
    ...(causedBy === undefined ? [] : [`caused by ${causedBy}`]),
    ...(maintenance === undefined ? (silencedBy === undefined ? [] : ['silenced']) : ['maintenance']),
    ...(started === null ? [] : ['running']),
  ];
}

function nodeLine(found: Node, screen: Screen): string {
  return details(screen, [
    ['node', found.name],
    ['state', stateOf(found)],
    ['paused until', instant(screen, found.pausedUntil)],
    ['acknowledged by', found.acknowledged?.by],
  ]);
}

function nodeText(found: Answers['node'], screen: Screen): string {
  const { schedule, timeout, acknowledged, lastProbe } = found;
  return details(screen, [
    ['node', found.name],
    ['state', stateOf(found)],
    ['since', instant(screen, found.since)],
    ['last heartbeat', instant(screen, found.lastHeartbeat)],
    ['deadline', instant(screen, found.deadline)],
    ['next expected', instant(screen, found.nextExpected)],
    [
      'timeout',
      typeof timeout === 'number' ? seconds(screen, timeout) : timeout === null ? undefined : 'adaptive',
    ],
    ['schedule', schedule === undefined ? undefined : scheduleText(schedule)],
    ['retries', found.maxRetries === null ? undefined : `${found.retries} of ${found.maxRetries}`],
    ['running since', instant(screen, found.started)],
    ['last run', seconds(screen, found.lastDuration)],
    ['paused until', instant(screen, found.pausedUntil)],
    ['acknowledged by', acknowledged === null ? undefined : personText(acknowledged)],
    ['caused by', found.causedBy],
    ['silenced by', found.silencedBy?.join(', ')],
    ['maintenance until', instant(screen, found.maintenance?.endsAt)],
    ['last probe', lastProbe === undefined ? undefined : lastProbe.passed ? 'passed' : lastProbe.reason],
    [
      'labels',
      Object.entries(found.labels)
        .map(([key, value]) => `${key}:${value}`)
        .join(', '),
    ],
    ['channels', found.channels?.join(', ')],
    ['depends on', found.dependsOn.join(', ')],
    ['slug', found.slug],
  ]);
}

function scheduleText(schedule: NonNullable<Node['schedule']>): string {
  if ('every' in schedule) return `every ${schedule.every} s`;
  const { cron, timeZone = 'UTC' } = schedule;
  return `${typeof cron === 'string' ? cron : cron.join(' and ')} (${timeZone})`;
}

function personText({ by, reason }: NonNullable<Node['acknowledged']>): string {
  return reason === undefined ? by : `${by}: ${reason}`;
}
