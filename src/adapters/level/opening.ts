import path from 'node:path';
import type { Clock } from '../../ports/clock.js';
import type { Logger } from '../../ports/logger.js';
import { damagedError } from '../history/store-errors.js';
import { openOwned, type Database } from './database.js';
import { makeDirectory, openTo } from './directory.js';
import { inspect, type Findings } from './files/inspection.js';
import { StartMark } from './files/start-mark.js';
import { mendTable } from './files/table-mend.js';
import { TableCheck } from './files/table-files.js';
import { openError, placeOf } from './level-errors.js';
import { takeOwnership, refuseOwned, type Owned } from './ownership.js';
import { Patience } from './patience.js';

export interface OpeningOptions {
  readonly logger?: Logger | undefined;
  /** Open a database with damaged logs, without what cannot be read. */
  readonly acceptDataLoss?: boolean | undefined;
  /** Without a clock, a file system that never answers is waited for. */
  readonly clock?: Pick<Clock, 'after'> | undefined;
}

/** Tables up to this many bytes are checked at each start: 70 ms. Reading a damaged one may abort the process. */
const SMALL = 64 * 1024 * 1024;
/** After this many consecutive starts that ended during a merge, no merge is started. */
const FATAL_MERGES = 3;

export interface OpenedFiles {
  readonly db: Database;
  readonly mark: StartMark;
  /** Damaged blocks were removed from its tables. */
  readonly isMended: boolean;
  /** Why no files are merged any more, if so. */
  readonly unmergeable: string | undefined;
}

/**
 * Opens a database after checking its files, since LevelDB silently skips damage in its logs. See decisions 73 and 95.
 *
 * @param mayBegin whether a database may be created
 * @throws HeartbeatError that says what a person can do about it
 */
export async function openFiles(
  directory: string,
  options: OpeningOptions,
  mayBegin: boolean,
): Promise<OpenedFiles> {
  const patience = new Patience(directory, options.clock);
  try {
    if (mayBegin) await patience.answered(makeDirectories(directory, options.logger));
    // What another process is writing looks damaged, so nothing is read before the directory is owned.
    const owned = await patience.answered(takeOwnership(directory));
    try {
      await patience.answered(refuseOwned(owned));
      return await openLooking(owned, { directory, options, mayBegin, patience });
    } catch (error) {
      owned.release();
      throw error;
    }
  } catch (error) {
    throw openError(directory, error);
  }
}

interface Opening {
  readonly directory: string;
  readonly options: OpeningOptions;
  readonly mayBegin: boolean;
  readonly patience: Patience;
}

async function openLooking(owned: Owned, opening: Opening): Promise<OpenedFiles> {
  const { directory, options, mayBegin, patience } = opening;
  const { logger } = options;
  const mark = new StartMark(directory);
  const before = await patience.answered(mark.read());
  const isUnproven = before.starts > 0 || before.merges > 0;
  const found = await patience.answered(inspect(directory));
  const isWhole = found.damage === undefined && found.torn.length === 0;
  // Another daemon may have begun to write in the meantime.
  if (!isWhole) await patience.answered(refuseOwned(owned));
  report(directory, found, options);
  let unmergeable: string | undefined;
  if (isUnproven)
    logger?.warn('the last run ended before its tables were checked: checking them', { ...before });
  const isChecked = isUnproven || bytesOf(found) <= SMALL || (options.acceptDataLoss === true && mayBegin);
  const isMended = isChecked && (await checkTables(found, opening));
  if (before.merges >= FATAL_MERGES) {
    unmergeable = `the last ${String(before.merges)} runs ended in a merge of files`;
    logger?.error('no files are merged, so that erased data stays in them', { reason: unmergeable });
  }
  await patience.answered(mark.begin(before));
  try {
    const db = await patience.answered(openOwned(owned, mayBegin), (late) => void late.close());
    return { db, mark, isMended, unmergeable };
  } catch (error) {
    const refusal = openError(directory, error);
    // The mark of another daemon stays: it makes the next start check once more, and refuses nothing.
    if (refusal.code !== 'HEARTBEAT_STORE_LOCKED' && refusal.code !== 'HEARTBEAT_STORE_HANGS')
      await mark.leave(before);
    throw refusal;
  }
}

async function makeDirectories(directory: string, logger: Logger | undefined): Promise<void> {
  const above = path.dirname(directory);
  await makeDirectory(directory, 2);
  const mode = await openTo(above);
  if (mode === undefined) return;
  logger?.warn('others may read the data directory: chmod 0700 keeps it private', { data_dir: above, mode });
}

function report(directory: string, found: Findings, { logger, acceptDataLoss }: OpeningOptions): void {
  if (found.damage !== undefined) {
    if (acceptDataLoss !== true || !found.isPassable) {
      throw damagedError(placeOf(directory), undefined, found.damage, found.isPassable);
    }
    logger?.error('opening a damaged database: what cannot be read is lost', { damage: found.damage });
  }
  for (const { file, bytes } of found.torn) {
    logger?.warn('the end of a file is torn or damaged, and lost', { file, bytes_lost: bytes });
  }
}

function bytesOf({ tables }: Findings): number {
  return [...tables.values()].reduce((sum, size) => sum + size, 0);
}

/** @returns whether damage was found and removed from the tables */
async function checkTables({ tables }: Findings, opening: Opening): Promise<boolean> {
  const { directory, options, patience } = opening;
  const check = new TableCheck(directory, tables);
  let isMended = false;
  while (!check.isOver) {
    const damage = await patience.answered(check.step(SMALL));
    if (damage === undefined) continue;
    const said = `${damage.file}: ${damage.problem}`;
    if (options.acceptDataLoss !== true) throw damagedError(placeOf(directory), undefined, said, true);
    const blocks = await patience.answered(mendTable(directory, damage.file)).catch((error: unknown) => {
      throw error instanceof RangeError ? damagedError(placeOf(directory), error, said) : error;
    });
    isMended = true;
    options.logger?.error('opening a damaged database: what cannot be read is lost', {
      damage: said,
      blocks_lost: blocks ?? 'all',
    });
  }
  return isMended;
}
