import type { AlertIds } from '../../../src/domain/alert-id.js';
import type { AlertRecord } from '../../../src/domain/alert.js';
import type { NodeName } from '../../../src/domain/node-name.js';
import type { Instant } from '../../../src/domain/time.js';
import type { Logger } from '../../../src/ports/logger.js';
import { overflowSentence } from '../channel/message.js';
import { routesOf, type Route } from '../rules/routing.js';
import { fresh } from './delivery.js';
import type { OpenAlerts } from './open-alerts.js';

const SAMPLE = 20;

export interface OverflowOptions {
  readonly channels: readonly Route[];
  /** The most alerts in memory while the disk refuses writes. */
  readonly unstored: number;
}

export interface OverflowDeps {
  readonly open: OpenAlerts;
  readonly ids: AlertIds;
  readonly logger: Logger;
  /** Whether the disk takes no writes at present. */
  refusing(): boolean;
}

/** Counts flips whose alerts have no room in memory while the disk refuses writes. One alert reports them later. */
export class Overflow {
  readonly #options: OverflowOptions;
  readonly #deps: OverflowDeps;
  #flips = 0;
  #nodes = new Set<NodeName>();

  constructor(options: OverflowOptions, deps: OverflowDeps) {
    this.#options = options;
    this.#deps = deps;
  }

  /** Reminders have as much room again: a failure whose alert had no room is still reminded of. */
  get hasRoomForReminders(): boolean {
    return !this.#isFull(2 * this.#options.unstored);
  }

  #isFull(most: number): boolean {
    const { open } = this.#deps;
    return this.#deps.refusing() && open.unstored.size >= most;
  }

  /** A node flips. @returns whether there is no room for its alerts; the flip is counted then */
  takes(node: NodeName): boolean {
    const { logger, open } = this.#deps;
    if (!this.#isFull(this.#options.unstored)) return false;
    this.#nodes.add(node);
    if (++this.#flips === 1)
      logger.error('alert queue full while the disk refuses writes', { alerts: open.unstored.size });
    return true;
  }

  /** @returns one alert about all counted flips, if there were any; then it counts anew */
  report(wall: Instant): readonly AlertRecord[] {
    if (this.#flips === 0) return [];
    const [flips, nodes] = [this.#flips, this.#nodes];
    this.#flips = 0;
    this.#nodes = new Set();
    const sample = [...nodes].slice(0, SAMPLE);
    const alert = {
      id: this.#deps.ids.next(wall),
      type: 'mass_failure',
      at: wall,
      node: undefined,
      blind: 0,
      message: overflowSentence(flips, nodes.size, sample),
      mass: { count: nodes.size, sample },
    } as const;
    const channels = routesOf(this.#options.channels, 'mass_failure', undefined);
    return [{ alert, deliveries: channels.map(({ name }) => fresh(name, wall)) }];
  }
}
