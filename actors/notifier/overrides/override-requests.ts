import type { AlertIds } from '../../../src/domain/alert-id.js';
import {
  endOverride,
  overrideOf,
  overrideStateAt,
  type RotaOverride,
} from '../../../src/domain/rota-override.js';
import type { Millis } from '../../../src/domain/time.js';
import type { Clock } from '../../../src/ports/clock.js';
import type { DaemonEntry, OverrideEntry, RequestSettlement } from '../../history/history.protocol.js';
import { PendingEntries } from '../../shards/pending-entries.js';
import type { OverrideCommand, OverrideReply } from '../notifier.protocol.js';
import type { OverrideTable } from './override-table.js';

/** The most overrides that are not over, of all rotas. */
const MOST_OVERRIDES = 1_000;
/** The most that are over and kept: later attempts at a message need those that held when it began. */
const MOST_EXPIRED = 1_000;
const DAY: Millis = 86_400_000;
/** How long those are kept: longer than any channel may go on trying. */
const RETENTION = 366 * DAY;

export interface OverrideRequestsDeps {
  readonly table: OverrideTable;
  readonly ids: AlertIds;
  readonly clock: Pick<Clock, 'wall'>;
  /** Has history store the entry. The result of an `override` comes back as `settled`. */
  submit(entry: OverrideEntry | Extract<DaemonEntry, { kind: 'overrides' }>): void;
}

/** Makes and ends overrides of rotas. A change counts, and is answered, once it is on disk. */
export class OverrideRequests {
  readonly #deps: OverrideRequestsDeps;
  /** Changes on their way to the disk. */
  readonly #underWay: PendingEntries<OverrideEntry>;

  constructor(deps: OverrideRequestsDeps) {
    this.#deps = deps;
    this.#underWay = new PendingEntries((entry) => deps.submit(entry));
  }

  /** Changes on their way to the disk. */
  get underWay(): number {
    return this.#underWay.size;
  }

  handle(command: OverrideCommand): void {
    if (command.kind === 'override') this.#make(command);
    else this.#end(command);
  }

  #make({ request, answered }: Extract<OverrideCommand, { kind: 'override' }>): void {
    const { clock, ids } = this.#deps;
    this.#removeOld();
    const coming = this.#underWay.entries.filter(({ before }) => before === undefined);
    if (this.#inState('pending', 'active').length + coming.length >= MOST_OVERRIDES)
      return answered({ kind: 'refused', code: 'HEARTBEAT_TOO_MANY_OVERRIDES' });
    const override = overrideOf(request, ids, clock.wall());
    this.#submit({ kind: 'override', before: undefined, override }, answered);
  }

  #end({ rota, id, answered }: Extract<OverrideCommand, { kind: 'end_override' }>): void {
    const { clock, table } = this.#deps;
    const before = table.get(id);
    if (before?.rota !== rota) return answered({ kind: 'refused', code: 'HEARTBEAT_NO_SUCH_OVERRIDE' });
    const wall = clock.wall();
    if (overrideStateAt(before, wall) === 'expired') return answered({ kind: 'override', override: before });
    this.#submit({ kind: 'override', before, override: endOverride(before, wall) }, answered);
  }

  #submit(entry: OverrideEntry, answered: (reply: OverrideReply) => void): void {
    this.#underWay.submit(entry, (refused) =>
      answered(
        refused === undefined
          ? { kind: 'override', override: entry.override }
          : { kind: 'refused', code: refused },
      ),
    );
  }

  /** Changes are on disk, or were refused. */
  settled(settlements: readonly RequestSettlement[]): void {
    this.#underWay.settled(settlements, (stored) => {
      for (const { override } of stored) this.#deps.table.put(override);
    });
  }

  #inState(...states: readonly ReturnType<typeof overrideStateAt>[]): readonly RotaOverride[] {
    const wall = this.#deps.clock.wall();
    return this.#deps.table.all().filter((each) => states.includes(overrideStateAt(each, wall)));
  }

  /** Removes those that ended long ago, and the oldest of too many. */
  #removeOld(): void {
    const { clock, table } = this.#deps;
    const expired = this.#inState('expired');
    const excess = expired.length - MOST_EXPIRED;
    const oldest = clock.wall() - RETENTION;
    const old = expired.filter(({ endsAt }, at) => at < excess || endsAt < oldest);
    if (old.length === 0) return;
    for (const { id } of old) table.delete(id);
    this.#deps.submit({ kind: 'overrides', overrides: [], forgotten: old.map(({ id }) => id) });
  }
}
