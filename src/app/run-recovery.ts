import type { History } from '../../actors/history/history.actor.js';
import { recover, type Recovered } from '../../actors/user/recover.js';
import type { LocalUserShards } from '../../actors/user/user-shards.js';
import type { BlindInterval } from '../domain/blindness.js';
import { toMillis } from '../domain/time.js';
import type { HistoryStore } from '../ports/history-store.js';
import type { Shared } from './shared.js';
import type { Room } from './startup-memory.js';
import { openPingUuids, recoverWatch, type Watch } from './watch.js';

/** The parts of a run that are restored. */
interface Recovering {
  readonly store: HistoryStore;
  readonly history: History;
  readonly users: LocalUserShards;
  readonly watch: Watch | undefined;
}

/** What a run restores of the one before it. */
export class RunRecovery {
  readonly #run: Recovering;
  readonly #shared: Pick<Shared, 'clock' | 'logger' | 'config'>;
  readonly #room: Room;
  #recovered: Recovered | undefined;

  constructor(run: Recovering, shared: Pick<Shared, 'clock' | 'logger' | 'config'>, room: Room) {
    this.#run = run;
    this.#shared = shared;
    this.#room = room;
  }

  /** Reads all users and nodes. They have no deadline before `resume`. */
  async recover(): Promise<void> {
    const { clock, logger, config } = this.#shared;
    const { store, users, watch, history } = this.#run;
    const room = this.#room();
    if (watch !== undefined) await recoverWatch(watch, store, room);
    const holds = (sessions: number): boolean => room.holdsUsers(sessions);
    const deps = { clock, logger, store, summary: history.summary, shards: users, holds };
    this.#recovered = await recover(deps, toMillis(config.session_timeout));
  }

  /** @returns the interval in which nobody was heard, if any */
  resume(): BlindInterval | undefined {
    if (this.#recovered === undefined) throw new TypeError('the partition has not recovered');
    const { watch, history } = this.#run;
    const entries = this.#recovered();
    history.submit(entries);
    if (watch !== undefined) history.submit(openPingUuids(watch, history.summary.pingSecret));
    watch?.nodes.resume(history.summary.observed);
    watch?.probes.tell({ kind: 'resume' });
    watch?.signIns.resume();
    return entries.find((entry) => entry.kind === 'blind')?.interval;
  }
}
