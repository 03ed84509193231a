import { planRecovery, silentSince } from '../../src/domain/recovery.js';
import { instant, moment, type Instant, type Millis } from '../../src/domain/time.js';
import type { UserId } from '../../src/domain/user-id.js';
import type { Clock } from '../../src/ports/clock.js';
import type { HistoryStore, StoreSummary } from '../../src/ports/history-store.js';
import type { Logger } from '../../src/ports/logger.js';
import type { DaemonEntry } from '../history/history.protocol.js';
import type { LocalUserShards } from './user-shards.js';

export interface RecoveryDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly store: Pick<HistoryStore, 'openSessions' | 'healedSince'>;
  readonly summary: StoreSummary;
  readonly shards: LocalUserShards;
  /** Whether memory has room for this many more. Sessions past that are only counted. */
  readonly holds: (sessions: number) => boolean;
}

/** Sessions between two lines of progress in the log. */
const PROGRESS = 100_000;

/** Ends the recovery: users can be heard from now on. @returns the entries that history must store first */
export type Recovered = () => readonly DaemonEntry[];

/**
 * Restores every session that was open when the daemon was last alive. Each gets time again, counted from the end of
 * the recovery. Which they are, and that the daemon was blind, is to be stored.
 */
export async function recover(deps: RecoveryDeps, timeout: Millis): Promise<Recovered> {
  const { clock, logger, store, summary, shards } = deps;
  const begun = clock.now();
  const begunAt = clock.wall();
  const { watermark, aliveAt, recovery: previous } = summary;
  const plan = planRecovery({ at: begunAt, watermark, aliveAt, previous }, timeout);
  const healed = await latestHeals(store);

  let sessions = 0;
  for await (const chunk of store.openSessions()) {
    if (!deps.holds(chunk.length)) continue;
    for (const { user, onlineAt, generation } of chunk) {
      const group = silentSince(plan, Math.max(generation, healed.get(user) ?? 0));
      shards.recover(
        user,
        {
          onlineAt,
          openedAt: moment(begun - since(onlineAt, begunAt)),
          // A session may be younger than the last watermark.
          endsAt: instant(Math.max(group.endsAt, onlineAt + timeout)),
        },
        {
          deadline: moment(begun + since(begunAt, group.deadline)),
          // Before this run in any case, even if the wall clock was set back.
          lastSeen: moment(begun - Math.max(1, since(aliveAt ?? begunAt, begunAt))),
        },
      );
      if (++sessions % PROGRESS === 0) logger.info('recovering', { sessions });
    }
  }

  return () => {
    const end = clock.now();
    const endAt = clock.wall();
    const decided = planRecovery({ at: endAt, watermark, aliveAt, previous }, timeout);
    const recovery = sessions === 0 ? { ...decided, silent: [] } : decided;
    shards.recovered(recovery, begun, end);
    const away = since(aliveAt ?? endAt, endAt);
    logger.info('recovered', {
      sessions,
      to: endAt / 1000,
      blind_seconds: away / 1000,
      // By how much the stored ends lagged when the last run ended.
      behind_seconds: since(watermark ?? endAt, aliveAt ?? endAt) / 1000,
      milliseconds: Math.round(end - begun),
    });
    return [
      { kind: 'recovered', recovery },
      ...(aliveAt === undefined || away === 0 ? [] : [restarted(aliveAt, endAt)]),
      { kind: 'watermark', at: endAt },
    ];
  };
}

/** The generation in which each recovered session was last healed, if it was. */
async function latestHeals(store: Pick<HistoryStore, 'healedSince'>): Promise<ReadonlyMap<UserId, number>> {
  const latest = new Map<UserId, number>();
  for await (const { generation, users } of store.healedSince()) {
    for (const user of users) latest.set(user, generation);
  }
  return latest;
}

function restarted(from: Instant, to: Instant): DaemonEntry {
  return { kind: 'blind', interval: { from, to, cause: 'restarted' } };
}

/** The wall clock may have been set back meanwhile. */
function since(from: Instant, to: Instant): Millis {
  return Math.max(0, to - from);
}
