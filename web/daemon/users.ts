import { useEffect, useRef } from 'preact/hooks';
import type { Api, HeartbeatClient } from '../../src/client/api/index.js';
import { useQuery, useSession, type Query } from './context.js';
import { useStore } from './store.js';

/** When a user was last seen is no event: each heal changes it. */
const EVERY = 5000;
/** An open session grows. */
const EVERY_HISTORY = 60_000;
const TYPES: NonNullable<Api.Bodies['eventsOfMany']['types']> = [
  'user.online',
  'user.offline',
  'user.updated',
];
/** Of the sessions that one view reads. */
const PAGE = 500;
const MOST_PAGES = 10;

/** One user, followed by a stream of its own while a view shows it. See decision 221. */
export function useUser(id: string): Query<Api.User> {
  const { client, live } = useSession();
  const { round } = useStore(live.link);
  const query = useQuery(`user ${id}`, (signal) => client.users.get(id, { signal }), { every: EVERY });
  const isRead = query.value !== undefined;
  const reload = useRef(query.reload);
  reload.current = query.reload;
  useEffect(() => {
    // A user who cannot be read cannot be followed either.
    if (!isRead) return undefined;
    const events = client.events({ users: [id], types: TYPES });
    const follow = async (): Promise<void> => {
      for await (const { type } of events) if (type !== 'state') reload.current();
    };
    // Without it the user is still read again and again, and the page says itself if the daemon is away.
    follow().catch(() => undefined);
    return () => void events.return();
  }, [client, id, isRead, round]);
  return query;
}

/** Sessions of a time, newest first. */
export interface Sessions {
  readonly sessions: readonly Api.Session[];
  /** Whether there are more, which are older. */
  readonly hasMore: boolean;
}

/**
 * The sessions of a user between two instants.
 *
 * @param status of the user: with another one the sessions have changed
 */
export function useSessions(id: string, from: Date, to: Date, status: string): Query<Sessions> {
  const { client } = useSession();
  const query = useQuery(
    `sessions ${id} ${from.getTime()} ${to.getTime()}`,
    (signal) => sessionsOf(client, id, { from, to, order: 'desc', signal }),
    { every: EVERY_HISTORY },
  );
  const isFirst = useRef(true);
  useEffect(() => {
    if (!isFirst.current) query.reload();
    isFirst.current = false;
  }, [status]);
  return query;
}

type Range = NonNullable<Parameters<HeartbeatClient['rhythm']>[1]>;

async function sessionsOf(client: HeartbeatClient, id: string, range: Range): Promise<Sessions> {
  const sessions: Api.Session[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const limit = { limit: PAGE, ...(cursor !== undefined && { cursor }) };
    const { history, nextCursor } = await pageOf(client, id, { ...range, ...limit });
    sessions.push(...history);
    cursor = nextCursor;
    if (cursor === undefined) return { sessions, hasMore: false };
  }
  return { sessions, hasMore: true };
}

/** Where `limits.page` is smaller than a page here, all of them come in one answer. */
async function pageOf(
  client: HeartbeatClient,
  id: string,
  range: Range,
): Promise<Api.Answers['heartRhythm']> {
  try {
    return await client.rhythm(id, range);
  } catch (error) {
    const isRefused = error instanceof Error && 'status' in error && error.status === 400;
    if (!isRefused) throw error;
    const { limit: _limit, cursor: _cursor, ...whole } = range;
    return client.rhythm(id, whole);
  }
}
