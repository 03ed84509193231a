import path from 'node:path';
import type { Logger } from '../../ports/logger.js';
import { openDatabase, refuseOwned, type Database } from './database.js';
import { makeDirectory, openTo } from './directory.js';
import { inspect, type Findings } from './files/inspection.js';
import { StartMark } from './files/start-mark.js';
import { TableCheck } from './files/table-files.js';
import { damagedError, openError } from './problems.js';

export interface OpeningOptions {
  readonly logger?: Logger | undefined;
  /** Opens a database whose logs are damaged, and loses what cannot be read of them. */
  readonly acceptDataLoss?: boolean | undefined;
}

/** Tables of so many bytes are checked at each start: 15 ms. Reading a damaged one may end the process. */
const SMALL = 16 * 1024 * 1024;
/** Starts in a row that ended in a merge, before none is begun any more. */
const FATAL_MERGES = 3;

export interface OpenedFiles {
  readonly db: Database;
  readonly mark: StartMark;
  /** Why no files are merged any more, if none are. */
  readonly unmergeable: string | undefined;
}

/**
 * Opens a database once its files were looked through: LevelDB passes over damage in its logs without a word.
 *
 * @param mayBegin whether a database may be made where there is none
 * @throws HeartbeatError that says what a person can do about it
 */
export async function openFiles(
  directory: string,
  options: OpeningOptions,
  mayBegin: boolean,
): Promise<OpenedFiles> {
  const { logger } = options;
  if (mayBegin) await makeDirectories(directory, logger);
  const mark = new StartMark(directory);
  const before = await mark.read();
  const isUnproven = before.starts > 0 || before.merges > 0;
  const found = await inspected(directory, isUnproven);
  report(directory, found, options);
  let unmergeable: string | undefined;
  if (isUnproven)
    logger?.warn('the last run ended before its tables were checked: checking them', { ...before });
  if (isUnproven || bytesOf(found) <= SMALL) await refuseDamagedTables(directory, found, options);
  if (before.merges >= FATAL_MERGES) {
    unmergeable = `the last ${String(before.merges)} runs ended in a merge of files`;
    logger?.error('no files are merged, so that erased data stays in them', { reason: unmergeable });
  }
  await mark.begin(before);
  try {
    return { db: await openDatabase(directory, mayBegin), mark, unmergeable };
  } catch (error) {
    // It may be another daemon's.
    await mark.leave(before);
    throw error;
  }
}

async function makeDirectories(directory: string, logger: Logger | undefined): Promise<void> {
  const above = path.dirname(directory);
  try {
    await makeDirectory(directory, 2);
    const mode = await openTo(above);
    if (mode !== undefined) {
      logger?.warn('others may read the data directory: chmod 0700 keeps it private', {
        data_dir: above,
        mode,
      });
    }
  } catch (error) {
    throw openError(directory, error);
  }
}

/** What another daemon is writing looks damaged, so that is ruled out first. */
async function inspected(directory: string, isUnproven: boolean): Promise<Findings> {
  const found = await inspect(directory).catch((error: unknown) => openError(directory, error));
  const isWhole = !(found instanceof Error) && found.damage === undefined && found.torn.length === 0;
  if (isUnproven || !isWhole) await refuseOwned(directory);
  if (found instanceof Error) throw found;
  return found;
}

function report(directory: string, found: Findings, { logger, acceptDataLoss }: OpeningOptions): void {
  if (found.damage !== undefined) {
    if (acceptDataLoss !== true || !found.isPassable) {
      throw damagedError(directory, undefined, found.damage, found.isPassable);
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

async function refuseDamagedTables(
  directory: string,
  { tables }: Findings,
  { acceptDataLoss, logger }: OpeningOptions,
): Promise<void> {
  const damage = await new TableCheck(directory, tables).step(Infinity);
  if (damage === undefined) return;
  const said = `${damage.file}: ${damage.problem}`;
  if (acceptDataLoss !== true) throw damagedError(directory, undefined, said, true);
  logger?.error('opening a damaged database: what cannot be read is lost', { damage: said });
}
