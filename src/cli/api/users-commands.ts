import type { Answers, OnlineUser, Session } from '../../client/api/contract/types.js';
import { userInPath } from '../../client/api/ids.js';
import type { Accepted } from '../../client/api/lists.js';
import { isRecord } from '../../domain/is-record.js';
import { ANSWERED_NO, FAILED, SUCCESS } from '../exit-codes.js';
import { printableCell } from '../output/printable.js';
import { clockTime, durationText, instant } from '../output/times.js';
import type { Screen } from '../output/screen.js';
import { columnsOf, details, table } from '../output/table.js';
import { apiCommand } from './api-command.js';
import { LIMIT_OPTIONS, limitProblems, listing, more, type GivenLimits, type Listing } from './listing.js';
import { asSent } from './sent-json.js';

const IDS = [['<id...>', 'the ids of users']] as const;
const DEVICE = ['--device <name>', 'one of their devices'] as const;

export const users = apiCommand<GivenLimits, Listing<OnlineUser>>({
  scope: 'read',
  description: 'List the users who are online, by id.',
  options: LIMIT_OPTIONS,
  check: ({ options }) => limitProblems(options),
  call: ({ calls }, { options }) =>
    listing(options, async (page) => {
      const found = await calls.call('users', { query: { status: 'online', ...page } });
      return { items: found.users, next: found.nextCursor };
    }),
  text: (found, screen) =>
    table(
      screen,
      columnsOf('user', 'since', 'last seen', 'deadline'),
      found.items.map(({ id, since, lastSeen, deadline }) => [
        id,
        instant(screen, since),
        instant(screen, lastSeen),
        instant(screen, deadline),
      ]),
      'nobody is online',
    ) + (screen.isTerminal ? more(found) : ''),
  json: ({ items, next }) => ({ users: items, next_cursor: next }),
});

export const user = apiCommand<object, Answers['user']>({
  scope: 'read',
  description: 'Show a user: the status, since when, and the devices.',
  arguments: [['<id>', 'the id of the user']],
  call: ({ client }, { args: [id = ''] }) => client.users.get(id),
  text: ({ id, status, since, lastSeen, deadline, devices }, screen) =>
    details(screen, [
      ['user', id],
      ['status', { text: status, color: status === 'online' ? 'green' : 'grey' }],
      ['since', instant(screen, since)],
      ['last seen', instant(screen, lastSeen)],
      ['deadline', instant(screen, deadline)],
      ...devices.map(({ device, lastSeen: seen }) => {
        const when = instant(screen, seen) ?? '';
        return ['device', `${device ?? '(without a name)'}, last seen ${when}`] as const;
      }),
    ]),
});

export const heal = apiCommand<{ readonly device?: string }, Accepted>({
  scope: 'heal',
  description: 'Keep users online for another session timeout.',
  arguments: IDS,
  options: [DEVICE],
  call: ({ client }, { args, options: { device } }) =>
    client.heal(args.map((id) => (device === undefined ? id : { id, device }))),
  text: batchText,
  exitCode: batchCode,
});

export const goodbye = apiCommand<{ readonly device?: string }, Accepted>({
  scope: 'heal',
  description: 'End the sessions of users at once.',
  arguments: IDS,
  options: [DEVICE],
  call: ({ client }, { args, options: { device } }) =>
    client.goodbye(args, { ...(device !== undefined && { device }) }),
  text: batchText,
  exitCode: batchCode,
});

export const checkup = apiCommand<object, Answers['checkupMany']>({
  scope: 'read',
  description: 'Say whether users are online. The exit code is 2 if one of them is not.',
  arguments: IDS,
  call: ({ client }, { args }) => client.checkup(args, { fields: ['lastSeen'] }),
  text: ({ results, rejected = [] }, screen) =>
    table(
      screen,
      columnsOf('user', 'status', 'last seen'),
      results.map(({ id, status, lastSeen }) => [
        id,
        { text: status, color: status === 'online' ? 'green' : 'grey' },
        instant(screen, lastSeen),
      ]),
    ) + rejections(rejected),
  exitCode: ({ results, rejected = [] }) => {
    if (rejected.length > 0) return FAILED;
    return results.every(({ status }) => status === 'online') ? SUCCESS : ANSWERED_NO;
  },
});

interface GivenRange extends GivenLimits {
  readonly from?: string;
  readonly to?: string;
  readonly order?: string;
}

interface Rhythm extends Listing<Session> {
  /** The answer with the last of them. */
  readonly last: Answers['heartRhythm'] | undefined;
}

export const rhythm = apiCommand<GivenRange, Rhythm>({
  scope: 'read',
  description: 'List the sessions of a user, oldest first. A current one ends at its deadline.',
  arguments: [['<id>', 'the id of the user']],
  options: [
    ['--from <time>', 'only sessions that end then or later: Unix seconds, ISO 8601, or -7d'],
    ['--to <time>', 'only sessions that begin then or earlier'],
    ['--order <order>', 'asc: oldest first; desc: newest first'],
    ...LIMIT_OPTIONS,
  ],
  check: ({ options }) => limitProblems(options),
  call: async ({ calls }, { args: [id = ''], options: { from, to, order, ...limits } }) => {
    let last: Answers['heartRhythm'] | undefined;
    const found = await listing(limits, async (page) => {
      const query = { from, to, order, ...page };
      last = await calls.call('heartRhythm', { path: [userInPath(id)], query });
      return { items: last.history, next: last.nextCursor ?? null };
    });
    return { ...found, last };
  },
  text: (found, screen) =>
    table(
      screen,
      columnsOf('online', 'offline', 'duration'),
      found.items.map(({ onlineAt, offlineAt }) => [
        clockTime(screen, onlineAt),
        clockTime(screen, offlineAt),
        lasted(screen, onlineAt, offlineAt),
      ]),
      'no sessions',
    ) + (screen.isTerminal ? more(found) : ''),
  json: ({ items, last }) => {
    const sent = asSent(last);
    return { ...(isRecord(sent) && sent), history: items };
  },
});

function lasted(screen: Screen, from: Date, to: Date): string {
  const time = to.getTime() - from.getTime();
  return screen.isTerminal ? durationText(time) : String(time / 1000);
}

/** How many of a batch were accepted, and why the others were not. */
export function batchText({ accepted, rejected }: Accepted): string {
  return `${accepted} accepted, ${rejected.length} rejected\n${rejections(rejected)}`;
}

export function batchCode({ rejected }: Accepted): number {
  return rejected.length === 0 ? SUCCESS : FAILED;
}

function rejections(rejected: Accepted['rejected']): string {
  return rejected.map(({ index, error }) => `number ${index + 1}: ${printableCell(error)}\n`).join('');
}
