import type { EndedSession, OpenSession } from '../../../src/domain/session.js';
import { instant, type Instant } from '../../../src/domain/time.js';
import type { UserId } from '../../../src/domain/user-id.js';
import type { HistoryRecord } from '../../../src/ports/history-record.js';

interface Ended extends EndedSession {
  readonly user: UserId;
}

/** The content of a store, as plain values. */
export class StoredModel {
  ended: readonly Ended[];
  open: readonly OpenSession[];
  generation: number;

  constructor(copied?: StoredModel) {
    this.ended = copied?.ended ?? [];
    this.open = copied?.open ?? [];
    this.generation = copied?.generation ?? 0;
  }

  historyOf(user: UserId): EndedSession[] {
    return this.ended
      .filter((session) => session.user === user)
      .map(({ onlineAt, offlineAt, lastSeen }) => ({ onlineAt, offlineAt, lastSeen }))
      .sort((a, b) => a.onlineAt - b.onlineAt);
  }

  openOf(user: UserId): OpenSession | undefined {
    return this.open.find((session) => session.user === user);
  }

  /** The earliest start of a user's next session. */
  earliest(user: UserId, now: number): Instant {
    const last = this.historyOf(user).at(-1);
    return instant(last === undefined ? now : Math.max(now, last.offlineAt, last.onlineAt + 1));
  }

  begin(user: UserId, now: number): HistoryRecord[] {
    if (this.openOf(user) !== undefined) return [];
    const onlineAt = this.earliest(user, now);
    this.open = [...this.open, { user, onlineAt, generation: this.generation }];
    return [{ kind: 'opened', user, onlineAt }];
  }

  end(user: UserId, length: number): HistoryRecord[] {
    const open = this.openOf(user);
    if (open === undefined) return [];
    const { onlineAt } = open;
    const session = { onlineAt, offlineAt: instant(onlineAt + length), lastSeen: onlineAt };
    this.open = this.open.filter((one) => one !== open);
    this.ended = [...this.ended, { user, ...session }];
    return [{ kind: 'ended', user, ...session }];
  }

  recover(): HistoryRecord[] {
    this.generation++;
    return [{ kind: 'recovered', recovery: { generation: this.generation, silent: [] } }];
  }

  erase(user: UserId): void {
    this.open = this.open.filter((one) => one.user !== user);
    this.ended = this.ended.filter((one) => one.user !== user);
  }
}

/** The records that take back a refused batch, and the model after them. */
export function undo(
  batch: readonly HistoryRecord[],
  before: StoredModel,
): { records: HistoryRecord[]; after: StoredModel } {
  const after = new StoredModel(before);
  const records = batch.toReversed().flatMap((record): HistoryRecord[] => {
    if (record.kind === 'opened') return [{ kind: 'unopened', user: record.user }];
    if (record.kind !== 'ended') return [];
    const { user, onlineAt, offlineAt } = record;
    after.open = after.open.map((one) =>
      one.user === user ? { ...one, generation: before.generation } : one,
    );
    return [{ kind: 'unended', user, onlineAt, offlineAt }];
  });
  return { records, after };
}
