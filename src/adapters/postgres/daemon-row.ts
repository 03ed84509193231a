import { moment, type Millis, type Moment } from '../../domain/time.js';
import { HeartbeatError } from '../../errors.js';
import type { Cancel, Clock } from '../../ports/clock.js';
import type { Logger } from '../../ports/logger.js';
import { patiently } from './patiently.js';
import type { PostgresAddress } from './postgres-url.js';
import { Primary } from './primary.js';

/** From one renewal to the next. */
const EVERY: Millis = 1_000;
/** A daemon that has not renewed its row for so long is taken for dead. */
export const VALID: Millis = 10_000;
/** It stops answering a little earlier, since the clocks of two machines do not run alike. */
const MARGIN: Millis = 500;
/** How often the row of another daemon is looked at. */
const LOOK: Millis = 500;

/** Ages are by the database's clock, so that those of the machines do not matter. */
const LOOK_AT = `select incarnation, renewed_at::text as renewed,
    (extract(epoch from clock_timestamp() - renewed_at) * 1000)::float8 as age
  from heartbeat.daemon where partition = $1`;

/** Takes the row if it is as it was seen, or its own. */
const CLAIM = `insert into heartbeat.daemon as d (partition, incarnation, renewed_at)
  values ($1, $2, clock_timestamp())
  on conflict (partition) do update set incarnation = excluded.incarnation, renewed_at = excluded.renewed_at
  where d.incarnation = excluded.incarnation or (d.incarnation = $3 and d.renewed_at = $4::timestamptz)
  returning incarnation`;

const RENEW = `update heartbeat.daemon set renewed_at = clock_timestamp()
  where partition = $1 and incarnation = $2 returning incarnation`;

const RELEASE = 'delete from heartbeat.daemon where partition = $1 and incarnation = $2';

interface Row {
  readonly incarnation: string;
  readonly renewed: string;
  readonly age: Millis;
}

export interface DaemonRowOptions {
  readonly address: PostgresAddress;
  readonly partition: string;
  /** Of this process. */
  readonly incarnation: string;
  readonly clock: Pick<Clock, 'after' | 'now'>;
  readonly logger?: Pick<Logger, 'info' | 'warn' | 'debug'> | undefined;
  /** Another daemon has the row. */
  readonly lost: (error: HeartbeatError) => void;
  /** The row is renewed again after that had failed. */
  readonly reached?: (() => void) | undefined;
}

/**
 * The lease of this daemon: a row that it renews, so that no second one uses the same partition. It has a connection of
 * its own, since a commit may hold up the other one.
 */
export class DaemonRow {
  readonly #options: DaemonRowOptions;
  #primary: Primary;
  #cancel: Cancel | undefined;
  #renewing: Promise<void> | undefined;
  #isReleased = false;
  /** Logged once, not each second. */
  #isFailing = false;
  /** When the last renewal that succeeded was sent. */
  #sentAt: Moment;

  private constructor(options: DaemonRowOptions, primary: Primary, sentAt: Moment) {
    this.#options = options;
    this.#primary = primary;
    this.#sentAt = sentAt;
    this.#renewLater();
  }

  /**
   * Waits until the row of another daemon is too old, and takes it.
   *
   * @throws HeartbeatError `HEARTBEAT_STORE_LOCKED` as soon as the other one renews its row
   */
  static async claim(options: DaemonRowOptions): Promise<DaemonRow> {
    const { address, partition, incarnation, clock, logger } = options;
    const primary = await Primary.connect(address);
    try {
      const seen = await lookAt(primary, options);
      if (seen !== undefined && seen.age < VALID)
        logger?.info('waiting for the row of another daemon to expire', {
          seconds: (VALID - seen.age) / 1000,
        });
      for (let row = seen; row !== undefined && row.age < VALID; row = await lookAt(primary, options)) {
        if (row.incarnation !== seen?.incarnation || row.renewed !== seen.renewed) throw inUse();
        await new Promise<void>((resolve) => void clock.after(LOOK, resolve));
      }
      const values = [partition, incarnation, seen?.incarnation ?? null, seen?.renewed ?? null];
      const sentAt = clock.now();
      const { rows } = await asked(primary, options, () => primary.write({ text: CLAIM, values }));
      if (rows.length === 0) throw inUse();
      return new DaemonRow(options, primary, sentAt);
    } catch (error) {
      primary.destroy();
      throw error;
    }
  }

  /** No other daemon has taken the row before that. */
  get validUntil(): Moment {
    return moment(this.#sentAt + VALID - MARGIN);
  }

  #renewLater(): void {
    this.#cancel = this.#options.clock.after(EVERY, () => {
      this.#renewing = this.#renew();
    });
  }

  async #renew(): Promise<void> {
    const { partition, incarnation, clock, logger, lost, reached } = this.#options;
    try {
      const primary = await this.#connected();
      const values = [partition, incarnation];
      const sentAt = clock.now();
      const { rows } = await asked(primary, this.#options, () => primary.write({ text: RENEW, values }));
      if (rows.length === 0 && !this.#isReleased) {
        lost(inUse());
        return;
      }
      this.#sentAt = sentAt;
      if (this.#isFailing) {
        this.#isFailing = false;
        logger?.info('the row of this daemon is renewed again');
        reached?.();
      }
    } catch (error) {
      if (!this.#isFailing) logger?.warn('the row of this daemon could not be renewed', { error });
      this.#isFailing = true;
    }
    if (!this.#isReleased) this.#renewLater();
  }

  /** The connection, made again if it was lost. */
  async #connected(): Promise<Primary> {
    if (this.#primary.isLost) this.#primary = await Primary.connect(this.#options.address);
    return this.#primary;
  }

  /** An orderly end: the next daemon need not wait. */
  async release(): Promise<void> {
    this.#isReleased = true;
    this.#cancel?.();
    await this.#renewing;
    const { partition, incarnation, logger } = this.#options;
    try {
      const primary = await this.#connected();
      const values = [partition, incarnation];
      await asked(primary, this.#options, () => primary.write({ text: RELEASE, values }));
      await primary.end();
    } catch (error) {
      this.#primary.destroy();
      logger?.debug('the row of this daemon could not be removed', { error });
    }
  }
}

/** The row, if there is one, with its age. */
export async function lookAt(
  primary: Primary,
  options: Pick<DaemonRowOptions, 'partition' | 'clock'>,
): Promise<Row | undefined> {
  const { rows } = await asked(primary, options, () =>
    primary.query<Row>({ text: LOOK_AT, values: [options.partition] }),
  );
  return rows[0];
}

function asked<Answer>(
  primary: Primary,
  { clock }: Pick<DaemonRowOptions, 'clock'>,
  work: () => Promise<Answer>,
): Promise<Answer> {
  return patiently(clock, work, () => {
    primary.destroy();
  });
}

function inUse(): HeartbeatError {
  return new HeartbeatError(
    'HEARTBEAT_STORE_LOCKED',
    'another daemon uses this store: stop it, or choose another store',
  );
}
