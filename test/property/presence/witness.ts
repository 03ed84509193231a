import { expect } from 'chai';
import type { UserReply } from '../../../actors/user/user.protocol.js';
import { instant } from '../../../src/domain/time.js';
import type { UserId } from '../../../src/domain/user-id.js';
import type { HistoryRange } from '../../../src/ports/history-store.js';
import type { Past, Session, View } from '../../support/model/user-state.js';
import type { SimulatedApp } from '../../support/simulated-app.js';
import type { Setting } from './scenario.js';

type Described = Extract<UserReply, { readonly kind: 'described' }>;

/** The visible state of a user without requests under way, after all ways to read it agree. */
export async function see(daemon: SimulatedApp, user: UserId, ranging: Setting['ranging']): Promise<View> {
  const { session: live } = await describe(daemon, user);
  const sessions = await daemon.history(user);
  expectSound(sessions);
  for (const range of rangesOf(sessions, ranging)) {
    expectSame(await daemon.history(user, range), cut(sessions, range), range);
  }
  const at = daemon.clock.now();
  if (live === undefined) return { at, devices: [], sessions, lastSeen: undefined };
  expectSame([{ onlineAt: live.onlineAt, offlineAt: live.deadline }], sessions.slice(-1), 'described');
  return { at, devices: live.devices.map(({ name }) => name ?? ''), sessions, lastSeen: live.lastSeen };
}

function describe(daemon: SimulatedApp, user: UserId): Promise<Described> {
  return new Promise((resolve, reject) => {
    daemon.app.users.ask('describe', user, (reply) => {
      if (reply.kind === 'described') resolve(reply);
      else reject(new Error(`'describe' was answered ${JSON.stringify(reply)}`));
    });
  });
}

/** Sessions are in order, end after their start, do not overlap, and have different starts. */
export function expectSound(sessions: readonly Session[]): void {
  const broken = sessions.find(({ onlineAt, offlineAt }, index) => {
    const before = sessions[index - 1];
    if (offlineAt < onlineAt) return true;
    return before !== undefined && (onlineAt < before.offlineAt || onlineAt <= before.onlineAt);
  });
  if (broken !== undefined)
    throw new Error(`${JSON.stringify(broken)} cannot be in ${JSON.stringify(sessions)}`);
}

export function expectAll(sessions: readonly Session[], expected: readonly Past[]): void {
  for (const { onlineAt, offlineAt } of expected) {
    const found = sessions.find((session) => session.onlineAt === onlineAt.lo);
    const what = `the end of what began at ${onlineAt.lo} in ${JSON.stringify(sessions)}`;
    expect(found?.offlineAt, what).to.be.within(offlineAt.lo, offlineAt.hi);
  }
}

function expectSame(actual: readonly Session[], expected: readonly Session[], what: unknown): void {
  const [one, other] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (one !== other) throw new Error(`${JSON.stringify(what)} gave ${one} and not ${other}`);
}

/** The whole history, newest first, and a range whose limits are at or next to those of a session. */
function rangesOf(sessions: readonly Session[], ranging: Setting['ranging']): readonly HistoryRange[] {
  const edges = sessions.flatMap(({ onlineAt, offlineAt }) => [onlineAt, offlineAt, offlineAt + 1]);
  const edge = (which: number | undefined) =>
    which === undefined || edges.length === 0 ? undefined : instant(edges[which % edges.length]!);
  const range = { from: edge(ranging.from), before: edge(ranging.before), after: edge(ranging.after) };
  return [{ order: 'desc' }, { ...range, order: 'asc' }, { ...range, order: 'desc' }];
}

function cut(sessions: readonly Session[], { from, before, after, order }: HistoryRange): readonly Session[] {
  const within = sessions.filter(
    ({ onlineAt, offlineAt }) =>
      offlineAt >= (from ?? -Infinity) &&
      onlineAt < (before ?? Infinity) &&
      (after === undefined || (order === 'asc' ? onlineAt > after : onlineAt < after)),
  );
  return order === 'asc' ? within : within.toReversed();
}
