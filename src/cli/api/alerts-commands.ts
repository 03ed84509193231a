import { userInfo } from 'node:os';
import type { Alert, Answers, Silence } from '../../client/api/contract/types.js';
import { inPath } from '../../client/api/ids.js';
import { durationProblems, secondsIn } from '../option-values.js';
import { instant } from '../output/times.js';
import type { Color, Screen } from '../output/screen.js';
import { columnsOf, details, table, type Cell } from '../output/table.js';
import { apiCommand } from './api-command.js';
import { LIMIT_OPTIONS, limitProblems, listing, more, type GivenLimits, type Listing } from './listing.js';
import { BY } from './nodes-commands.js';

/** On a terminal the newest ones are wanted; a pipe may be a backup. */
const NEWEST = '20';

interface GivenAlerts extends GivenLimits {
  readonly state?: string;
  readonly node?: string;
  readonly type?: Alert['type'];
  readonly channel?: string;
}

export const alerts = apiCommand<GivenAlerts, Listing<Alert>>({
  scope: 'read',
  description: `List alerts and their delivery, newest first: ${NEWEST} of them unless --limit says otherwise.`,
  options: [
    ['--state <states>', 'only those in one of these states for some channel: pending,held,delivered,dead,…'],
    ['--node <name>', 'only those about this node'],
    ['--type <type>', 'only those of this type, such as node.failed'],
    ['--channel <name>', 'only those for this channel'],
    ...LIMIT_OPTIONS,
  ],
  check: ({ options }) => limitProblems(options),
  call: ({ calls }, { options }) => {
    const { state, node, type, channel, limit = NEWEST } = options;
    return listing({ ...options, limit }, async (page) => {
      const found = await calls.call('alerts', { query: { state, node, type, channel, ...page } });
      return { items: found.alerts, next: found.nextCursor };
    });
  },
  text: (found, screen) =>
    table(
      screen,
      columnsOf('!alert', 'at', 'type', 'delivery', 'message'),
      found.items.map((alert) => [
        alert.id,
        instant(screen, alert.at),
        alert.type,
        deliveryOf(alert),
        alert.message,
      ]),
      'no alerts',
    ) + (screen.isTerminal ? more(found) : ''),
  json: ({ items, next }) => ({ alerts: items, next_cursor: next }),
});

const COLORS: Readonly<Record<string, Color>> = { dead: 'red', pending: 'yellow', held: 'yellow' };

/** The states of an alert in its channels; the worst one gives the colour. */
export function deliveryOf({ channels }: Alert): Cell {
  const entries = Object.entries(channels);
  const worst = ['dead', 'pending', 'held'].find((state) => entries.some(([, each]) => each.state === state));
  return {
    text: entries.map(([name, { state }]) => `${name}: ${state}`).join(', '),
    ...(worst !== undefined && { color: COLORS[worst] }),
  };
}

export const redeliver = apiCommand<object, Answers['redeliver']>({
  scope: 'admin',
  description: 'Deliver a dead letter again, in every channel where it is one.',
  arguments: [['<id>', 'the id of the alert']],
  call: ({ calls }, { args: [id = ''] }) =>
    calls.call('redeliver', { path: [inPath(id, 'HEARTBEAT_NO_SUCH_ALERT', 'no such alert')] }),
  text: ({ id }) => `${id} is queued\n`,
});

interface GivenSilence {
  readonly for: string;
  readonly by?: string;
  readonly reason?: string;
}

export const silence = apiCommand<GivenSilence, Silence>({
  scope: 'admin',
  description:
    'Mute alerts of nodes until a time. All matchers must match, as in Alertmanager: env=prod "name=~web-.*".',
  arguments: [['<matcher...>', 'a label or name, one of = != =~ !~, and a value']],
  options: [
    ['--for <seconds>', 'how long, in seconds or with a unit as in 90m', '3600'],
    BY,
    ['--reason <text>', 'why'],
  ],
  check: ({ options }) => durationProblems('for', options.for),
  call: ({ client }, { args, options: { for: time, by, reason } }) =>
    client.silences.add({
      matchers: args,
      endsAt: new Date(Date.now() + (secondsIn(time) ?? 0) * 1000),
      by: by ?? userInfo().username,
      ...(reason !== undefined && { reason }),
    }),
  text: silenceText,
});

interface GivenSilences extends GivenLimits {
  readonly state?: string;
}

export const silences = apiCommand<GivenSilences, Listing<Silence>>({
  scope: 'read',
  description:
    'List silences, newest first: those that are active or pending, unless --state says otherwise.',
  options: [
    ['--state <states>', 'those in one of these states: active,pending,expired', 'active,pending'],
    ...LIMIT_OPTIONS,
  ],
  check: ({ options }) => limitProblems(options),
  call: ({ calls }, { options }) => {
    const { state } = options;
    return listing(options, async (page) => {
      const found = await calls.call('silences', { query: { state, ...page } });
      return { items: found.silences, next: found.nextCursor };
    });
  },
  text: (found, screen) =>
    table(
      screen,
      columnsOf('!silence', 'state', 'matchers', 'ends', 'by', 'reason'),
      found.items.map(({ id, state, matchers, endsAt, by, reason }) => [
        id,
        state,
        matchers.join(' '),
        instant(screen, endsAt),
        by,
        reason,
      ]),
      'no silences',
    ) + (screen.isTerminal ? more(found) : ''),
  json: ({ items, next }) => ({ silences: items, next_cursor: next }),
});

export const expire = apiCommand<object, Silence>({
  scope: 'admin',
  description: 'End a silence now.',
  arguments: [['<id>', 'the id of the silence']],
  call: ({ client }, { args: [id = ''] }) => client.silences.expire(id),
  text: silenceText,
});

function silenceText({ id, state, matchers, endsAt, by, reason }: Silence, screen: Screen): string {
  return details(screen, [
    ['silence', id],
    ['state', state],
    ['matchers', matchers.join(' ')],
    ['ends', instant(screen, endsAt)],
    ['by', by],
    ['reason', reason],
  ]);
}
