import { HeartbeatError } from '../../errors.js';
import type { StoreClaim } from './claim.js';
import { lookAt, VALID, type DaemonRowOptions } from './daemon-row.js';
import { Primary } from './primary.js';

/** The claim of a member of a cluster, in which others say who owns a partition. No row is renewed for it. */
export class ClusterClaim implements StoreClaim {
  readonly #options: Pick<DaemonRowOptions, 'address' | 'partition' | 'clock'>;

  /** @param options the row that a daemon has which stands alone */
  constructor(options: Pick<DaemonRowOptions, 'address' | 'partition' | 'clock'>) {
    this.#options = options;
  }

  /** @throws HeartbeatError `HEARTBEAT_STORE_LOCKED` while a daemon that stands alone uses the database */
  async take(): Promise<void> {
    const primary = await Primary.connect(this.#options.address);
    try {
      const row = await lookAt(primary, this.#options);
      if (row !== undefined && row.age < VALID)
        throw new HeartbeatError(
          'HEARTBEAT_STORE_LOCKED',
          'a daemon that is not of this cluster uses the database: stop it, or choose another store',
        );
    } finally {
      await primary.end();
    }
  }

  drop(): Promise<void> {
    return Promise.resolve();
  }
}
