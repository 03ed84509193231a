import type { MaintenanceWindow } from '../../../src/domain/maintenance.js';
import { instant } from '../../../src/domain/time.js';
import type { Random } from '../machine/random.js';
import type { Ledger, PlannedSilence } from './ledger.js';
import { someNodes } from './node-matchers.js';

interface Planned {
  readonly window: MaintenanceWindow;
  readonly known: PlannedSilence;
}

/** How long a window for each minute is open in milliseconds. */
const EACH = { least: 2000, most: 20_000 };

/** The maintenance windows of the configuration. Reloads remove some of them, and add them again. */
export class MaintenancePlan {
  readonly #all: readonly Planned[];
  readonly #ledger: Ledger;
  readonly #now: () => number;
  #configured: readonly Planned[];

  /**
   * @param count how many there are
   * @param lead the wall clock minus the monotonic clock
   */
  constructor(
    count: number,
    nodes: number,
    length: number,
    deps: {
      readonly ledger: Ledger;
      readonly random: Random;
      readonly lead: number;
      readonly now: () => number;
    },
  ) {
    const { ledger, random, lead, now } = deps;
    this.#ledger = ledger;
    this.#now = now;
    this.#all = Array.from({ length: count }, (_, index) => {
      const { matchers, nodes: fitting } = someNodes(nodes, random);
      const reason = `window ${String(index + 1)}`;
      const everyMinute = random.chance(0.4) ? random.int(EACH.least, EACH.most) : undefined;
      const startsAt = instant(now() + lead + random.int(-5000, length));
      const endsAt = instant(startsAt + random.int(1000, Math.max(5000, length / 3)));
      const window: MaintenanceWindow =
        everyMinute === undefined
          ? { matchers, reason, startsAt, endsAt }
          : { matchers, reason, cron: ['* * * * *'], duration: everyMinute, timeZone: 'Europe/Berlin' };
      return { window, known: { nodes: fitting, startsAt, endsAt, everyMinute, configured: [] } };
    });
    ledger.maintenance.push(...this.#all.map(({ known }) => known));
    this.#configured = this.#all;
    for (const { known } of this.#all)
      known.configured.push({ from: now(), to: Infinity, isFromStart: true });
  }

  /** Those in the configuration. */
  get windows(): readonly MaintenanceWindow[] {
    return this.#configured.map(({ window }) => window);
  }

  /** Chooses others, for a reload. */
  change(random: Random): void {
    const chosen = this.#all.filter(() => random.chance(0.6));
    const now = this.#now();
    for (const planned of this.#all) {
      const { configured } = planned.known;
      const [was, is] = [this.#configured.includes(planned), chosen.includes(planned)];
      const last = configured.at(-1);
      if (was && !is && last !== undefined) last.to = now;
      else if (!was && is) configured.push({ from: now, to: Infinity, isFromStart: false });
    }
    this.#configured = chosen;
    if (this.#all.length > 0)
      this.#ledger.tell(
        `The maintenance windows are now ${String(chosen.length)} of ${String(this.#all.length)}.`,
      );
  }
}
