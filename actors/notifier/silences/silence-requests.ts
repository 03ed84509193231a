import type { AlertIds } from '../../../src/domain/alert-id.js';
import { expireAt, isWithinReach, silenceStateAt, type SilenceRequest } from '../../../src/domain/silence.js';
import { nextSilenceId } from '../../../src/domain/silence-id.js';
import { instant, moment, type Millis, type Moment } from '../../../src/domain/time.js';
import type { Clock } from '../../../src/ports/clock.js';
import type { DaemonEntry, RequestSettlement, SilenceEntry } from '../../history/history.protocol.js';
import { PendingEntries } from '../../shards/pending-entries.js';
import type { SilenceCommand, SilenceReply } from '../notifier.protocol.js';
import type { SilenceTable } from './silence-table.js';

/** The most expired silences that are kept, whatever the retention. */
const MOST_EXPIRED = 10_000;
/** From one removal of old silences to the next. */
const REMOVE_EVERY: Millis = 3_600_000;

export interface SilenceRequestsOptions {
  /** The most silences that are not over. It may change. A key may have half of those that other keys leave. */
  readonly most: number;
  /** How long expired ones are kept: as long as flips, whose times they explain. */
  readonly retention: Millis;
}

type SilencesEntry = Extract<DaemonEntry, { kind: 'silences' }>;

export interface SilenceRequestsDeps {
  readonly table: SilenceTable;
  readonly ids: AlertIds;
  readonly clock: Clock;
  /** The silences have changed. */
  changed(): void;
  /** Has history store the entry. The result of a `silence` comes back as `settled`. */
  submit(entry: SilenceEntry | SilencesEntry): void;
}

/** Makes and ends silences. A change counts, and is answered, once it is on disk. */
export class SilenceRequests {
  readonly #options: SilenceRequestsOptions;
  readonly #deps: SilenceRequestsDeps;
  /** Changes on their way to the disk. */
  readonly #underWay: PendingEntries<SilenceEntry>;
  #removeAt: Moment | undefined;

  constructor(options: SilenceRequestsOptions, deps: SilenceRequestsDeps) {
    this.#options = options;
    this.#deps = deps;
    this.#underWay = new PendingEntries((entry) => deps.submit(entry));
  }

  /** Changes on their way to the disk. */
  get underWay(): number {
    return this.#underWay.size;
  }

  handle(command: SilenceCommand): void {
    if (command.kind === 'silence') this.#make(command.request, command.answered);
    else this.#expire(command);
  }

  #make(request: SilenceRequest, answered: (reply: SilenceReply) => void): void {
    const { clock, ids, table } = this.#deps;
    const { link } = request;
    if (link !== undefined && this.#isUsed(link.id))
      return answered({ kind: 'refused', code: 'HEARTBEAT_LINK_USED' });
    if (table.size >= this.#options.most + MOST_EXPIRED) this.#remove();
    if (!this.#hasRoom(request.key))
      return answered({ kind: 'refused', code: 'HEARTBEAT_TOO_MANY_SILENCES' });
    const wall = clock.wall();
    // As in Alertmanager: none begins in the past.
    const startsAt = instant(Math.max(request.startsAt, wall));
    const silence = { ...request, id: nextSilenceId(ids, wall), startsAt, updatedAt: wall };
    this.#submit({ kind: 'silence', before: undefined, silence }, answered);
  }

  /** Also on its way to the disk: of two requests with one link, one is refused. */
  #isUsed(link: string): boolean {
    const coming = this.#underWay.entries.map(({ silence }) => silence.link?.id);
    return this.#deps.table.usesLink(link) || coming.includes(link);
  }

  /** A key leaves as many places free as it takes, so that there is one for each other key. See decision 182. */
  #hasRoom(key: string | undefined): boolean {
    const coming = this.#underWay.entries.flatMap(({ before, silence }) =>
      before === undefined ? [silence] : [],
    );
    const all = [...this.#deps.table.notOver(), ...coming];
    const free = this.#options.most - all.length;
    if (key === undefined || free <= 0) return free > 0;
    return all.filter((silence) => silence.key === key).length < free;
  }

  #expire({ id, within, answered }: Extract<SilenceCommand, { kind: 'expire' }>): void {
    const { clock, table } = this.#deps;
    const before = table.get(id);
    // A maintenance window ends by the configuration.
    if (before?.maintenance !== undefined || before === undefined || !isWithinReach(before, within))
      return answered({ kind: 'refused', code: 'HEARTBEAT_NO_SUCH_SILENCE' });
    const wall = clock.wall();
    if (silenceStateAt(before, wall) === 'expired') return answered({ kind: 'silence', silence: before });
    this.#submit({ kind: 'silence', before, silence: expireAt(before, wall) }, answered);
  }

  #submit(entry: SilenceEntry, answered: (reply: SilenceReply) => void): void {
    this.#underWay.submit(entry, (refused) =>
      answered(
        refused === undefined
          ? { kind: 'silence', silence: entry.silence }
          : { kind: 'refused', code: refused },
      ),
    );
  }

  /** Changes are on disk, or were refused. @returns whether some of them are of silences */
  settled(settlements: readonly RequestSettlement[]): boolean {
    return this.#underWay.settled(settlements, (stored) => {
      for (const { silence } of stored) this.#deps.table.put(silence);
      this.#deps.changed();
    });
  }

  /** When old silences are looked for next. */
  nextAt(now: Moment): Moment | undefined {
    if (this.#deps.table.size === 0) return undefined;
    return (this.#removeAt ??= moment(now + REMOVE_EVERY));
  }

  /** Removes silences that are past their retention, and the oldest of too many. */
  removeOld(now: Moment): void {
    if (this.#removeAt === undefined || now < this.#removeAt) return;
    this.#removeAt = undefined;
    this.#remove();
  }

  #remove(): void {
    const { table, clock } = this.#deps;
    const wall = clock.wall();
    const expired = table.all().filter((silence) => silenceStateAt(silence, wall) === 'expired');
    const excess = expired.length - MOST_EXPIRED;
    const old = expired.filter(
      ({ endsAt, link }, at) =>
        // Without it, its link would work again.
        (link === undefined || link.expires <= wall) &&
        (at < excess || endsAt < wall - this.#options.retention),
    );
    if (old.length === 0) return;
    for (const { id } of old) table.delete(id);
    this.#deps.submit({ kind: 'silences', silences: [], forgotten: old.map(({ id }) => id) });
  }
}
