import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { manifestOf, type Manifest } from './manifest.js';
import { scanLog, type LogScan } from './log-scan.js';

/** The findings in a database's files before it is opened. */
export interface Findings {
  /** Why it must not be opened: LevelDB would silently drop what it cannot read. */
  readonly damage: string | undefined;
  /** LevelDB can open it without the damaged parts. */
  readonly isPassable: boolean;
  /** Ends of logs that look like a write that was cut short, or damage. */
  readonly torn: readonly Torn[];
  /** The tables by number, with their sizes. */
  readonly tables: ReadonlyMap<number, number>;
}

interface Torn {
  readonly file: string;
  readonly bytes: number;
}

const NOTHING: Findings = { damage: undefined, isPassable: false, torn: [], tables: new Map() };

/** Checks the files of a closed database, without the contents of its tables. */
export async function inspect(directory: string): Promise<Findings> {
  const names = await readdir(directory);
  if (!names.includes('CURRENT')) {
    if (!names.some((name) => /\.(?:ldb|sst|log)$/.test(name))) return NOTHING;
    return damaged('its file CURRENT is missing');
  }
  const current = path.join(directory, 'CURRENT');
  if (!(await stat(current)).isFile()) return damaged('its CURRENT is no file');
  const [, manifestName] = /^(MANIFEST-\d+)\n$/.exec(await readFile(current, 'latin1')) ?? [];
  if (manifestName === undefined) return damaged('its file CURRENT names no manifest');
  if (!names.includes(manifestName)) return damaged(`its file ${manifestName} is missing`);
  const scan = scanLog(await readFile(path.join(directory, manifestName)));
  if (scan.damage?.isInside === true) return damaged(saying(manifestName, scan));
  const manifest = readManifest(scan);
  if (typeof manifest === 'string') return damaged(`${manifestName} cannot be read: ${manifest}`);
  const torn = scan.damage === undefined ? [] : [{ file: manifestName, bytes: scan.damage.bytes }];
  const problem =
    problemOfLogs(manifest, names, torn.length > 0) ?? (await problemOfTables(directory, manifest, names));
  if (problem !== undefined) return damaged(problem);
  return inspectLogs(directory, logsOf(manifest, names), { ...NOTHING, torn, tables: manifest.tables });
}

async function inspectLogs(directory: string, logs: readonly string[], found: Findings): Promise<Findings> {
  const torn = [...found.torn];
  let behind: LogScan | undefined;
  // From the last one on: earlier logs must be undamaged.
  for (const name of logs.toReversed()) {
    const scan = scanLog(await readFile(path.join(directory, name)));
    const goesOn = scan.damage?.isInside === true || (behind?.records.length ?? 0) > 0;
    if (scan.damage !== undefined && goesOn)
      return { ...found, torn, damage: saying(name, scan), isPassable: true };
    if (scan.damage !== undefined) torn.push({ file: name, bytes: scan.damage.bytes });
    if (behind === undefined || scan.records.length > 0) behind = scan;
  }
  return { ...found, torn };
}

function readManifest({ records }: LogScan): Manifest | string {
  try {
    return manifestOf(records);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** If the end of the manifest is missing, it may have said that a log had become a table. */
function problemOfLogs({ log }: Manifest, names: readonly string[], isTorn: boolean): string | undefined {
  if (!isTorn || log === 0 || names.some((name) => numberOf(name, 'log') === log)) return undefined;
  return `the log ${String(log)} is missing, and the end of its manifest`;
}

async function problemOfTables(
  directory: string,
  { tables }: Manifest,
  names: readonly string[],
): Promise<string | undefined> {
  const files = new Map(names.map((name) => [numberOf(name, 'ldb') ?? numberOf(name, 'sst'), name]));
  for (const [number, size] of tables) {
    const name = files.get(number);
    if (name === undefined) return `missing files: the table ${String(number)}`;
    const found = (await stat(path.join(directory, name))).size;
    if (found !== size) return `${name} has ${String(found)} bytes of ${String(size)}`;
  }
  return undefined;
}

/** The logs that LevelDB reads when it opens, in the order in which they were written. */
function logsOf({ log, previousLog }: Manifest, names: readonly string[]): string[] {
  const numbered = names.flatMap((name) => {
    const number = numberOf(name, 'log');
    return number !== undefined && (number >= log || number === previousLog) ? [{ name, number }] : [];
  });
  return numbered.sort((a, b) => a.number - b.number).map(({ name }) => name);
}

function numberOf(name: string, ending: string): number | undefined {
  const [, number] = /^(\d+)\.([a-z]+)$/.exec(name) ?? [];
  return number !== undefined && name.endsWith(`.${ending}`) ? Number(number) : undefined;
}

function saying(name: string, { damage }: LogScan): string {
  return `${name} is damaged at byte ${String(damage?.offset ?? 0)}, and records lie behind it`;
}

function damaged(damage: string): Findings {
  return { ...NOTHING, damage };
}
