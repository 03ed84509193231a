import type { AlertIds } from '../../../src/domain/alert-id.js';
import { keyOf, type MaintenanceWindow } from '../../../src/domain/maintenance.js';
import { nextSilenceId } from '../../../src/domain/silence-id.js';
import { expireAt, type Silence, type SilenceId } from '../../../src/domain/silence.js';
import { instant, type Instant } from '../../../src/domain/time.js';
import type { Calendar } from '../../../src/ports/calendar.js';
import type { Clock } from '../../../src/ports/clock.js';
import type { SilenceRequestsDeps } from './silence-requests.js';
import type { SilenceTable } from './silence-table.js';

/** Who silences, in silences of maintenance windows. */
const BY = 'configuration';
/** Times of cron that follow each other within the duration are one stretch, of at most so many. */
const MOST_JOINED = 100;

export interface MaintenanceOptions {
  /** Those of the configuration in force. They may change while the daemon runs. */
  readonly windows: readonly MaintenanceWindow[];
}

export interface MaintenanceDeps {
  readonly table: SilenceTable;
  readonly ids: AlertIds;
  readonly clock: Pick<Clock, 'wall'>;
  readonly calendar: Calendar;
  /** The silences have changed. */
  changed(): void;
  readonly submit: SilenceRequestsDeps['submit'];
}

type Stretch = Pick<Silence, 'startsAt' | 'endsAt'>;

/**
 * Makes a silence of each stretch of a maintenance window. The next one of each window is in the table before it
 * begins, so that it holds from the instant on; it is stored when it begins. One whose window has left the
 * configuration ends. See decision 173.
 */
export class Maintenance {
  readonly #options: MaintenanceOptions;
  readonly #deps: MaintenanceDeps;
  /** Stretches that have not begun, and are on no disk. */
  readonly #planned = new Set<SilenceId>();
  #unsaved: Silence[] = [];
  /** What was looked at last, and how long nothing changes by itself. */
  #seen:
    | { readonly windows: readonly MaintenanceWindow[]; readonly at: Instant; readonly until: Instant }
    | undefined;

  constructor(options: MaintenanceOptions, deps: MaintenanceDeps) {
    this.#options = options;
    this.#deps = deps;
  }

  /** Brings the silences of windows up to date with the clock and the configuration. */
  look(): void {
    const wall = this.#deps.clock.wall();
    const { windows } = this.#options;
    const seen = this.#seen;
    if (seen?.windows === windows && wall >= seen.at && wall < seen.until) return;
    // A clock that was set back has other times ahead.
    if (seen !== undefined && wall < seen.at) for (const id of [...this.#planned]) this.#drop(id);
    const byKey = new Map(windows.map((window) => [keyOf(window), window]));
    const live = this.#deps.table.maintenance();
    let isChanged = false;
    for (const silence of live) isChanged = this.#follow(silence, byKey, wall) || isChanged;
    for (const [key, window] of byKey) isChanged = this.#plan(key, window, wall) || isChanged;
    this.#seen = { windows, at: wall, until: this.#nextBeginning() };
    if (isChanged) this.#deps.changed();
  }

  /** Stores what has begun or ended. */
  save(): void {
    if (this.#unsaved.length === 0) return;
    const silences = this.#unsaved;
    this.#unsaved = [];
    this.#deps.submit({ kind: 'silences', silences, forgotten: [] });
  }

  /** @returns whether it changed */
  #follow(silence: Silence, byKey: ReadonlyMap<string, MaintenanceWindow>, wall: Instant): boolean {
    const isPlanned = this.#planned.has(silence.id);
    const isConfigured = silence.maintenance !== undefined && byKey.has(silence.maintenance);
    if (isPlanned && (!isConfigured || silence.endsAt <= wall)) {
      // It never was: the clock went past it, or it left the configuration.
      this.#drop(silence.id);
      return true;
    }
    if (silence.endsAt <= wall) return false;
    if (!isConfigured) {
      this.#put(expireAt(silence, wall));
      return true;
    }
    if (isPlanned && silence.startsAt <= wall) {
      this.#planned.delete(silence.id);
      this.#unsaved.push(silence);
    }
    return false;
  }

  /** Makes the running stretch of a window, if there is none, and the next one. @returns whether there was any to make */
  #plan(key: string, window: MaintenanceWindow, wall: Instant): boolean {
    const { table, ids } = this.#deps;
    let isChanged = false;
    let last: Silence | undefined;
    for (const silence of table.maintenance()) {
      const isOfWindow = silence.maintenance === key && silence.endsAt > wall;
      const counts = silence.startsAt <= wall || this.#planned.has(silence.id);
      if (isOfWindow && counts && silence.startsAt >= (last?.startsAt ?? -Infinity)) last = silence;
    }
    while (last === undefined || last.startsAt <= wall) {
      const stretch = this.#stretchAfter(window, last, wall);
      if (stretch === undefined) break;
      const { matchers, reason } = window;
      last = {
        id: nextSilenceId(ids, wall),
        matchers,
        ...stretch,
        by: BY,
        ...(reason !== undefined && { reason }),
        updatedAt: wall,
        maintenance: key,
      };
      if (last.startsAt <= wall) this.#put(last);
      else {
        this.#planned.add(last.id);
        table.put(last);
      }
      isChanged = true;
    }
    return isChanged;
  }

  /** The first stretch that is not over, behind another one of the window. None begins in the past. */
  #stretchAfter(window: MaintenanceWindow, last: Stretch | undefined, wall: Instant): Stretch | undefined {
    const { calendar } = this.#deps;
    if (!('cron' in window)) {
      const { startsAt, endsAt } = window;
      if (last !== undefined || endsAt <= wall) return undefined;
      return { startsAt: instant(Math.max(startsAt, wall)), endsAt };
    }
    const { duration } = window;
    // A stretch ends its duration after the last time of cron in it.
    const after = instant(Math.max(wall, last?.endsAt ?? wall) - duration);
    const first = calendar.next(window, after);
    if (first === undefined) return undefined;
    let end = first;
    for (let joined = 1; joined < MOST_JOINED; joined++) {
      const next = calendar.next(window, end);
      if (next === undefined || next > end + duration) break;
      end = next;
    }
    return { startsAt: instant(Math.max(first, wall)), endsAt: instant(end + duration) };
  }

  #put(silence: Silence): void {
    this.#deps.table.put(silence);
    this.#unsaved.push(silence);
  }

  #drop(id: SilenceId): void {
    this.#planned.delete(id);
    this.#deps.table.delete(id);
  }

  #nextBeginning(): Instant {
    const starts = [...this.#planned].map((id) => this.#deps.table.get(id)?.startsAt ?? Infinity);
    return instant(Math.min(Infinity, ...starts));
  }
}
