import { SystemClock } from '../../adapters/clock/system-clock.js';
import { Verification, type Finding } from '../../adapters/history/verification.js';
import { verifyStore, type Verified } from '../../adapters/verify-store.js';
import { ANSWERED_NO as DAMAGED, SUCCESS as WHOLE, TORN } from '../exit-codes.js';
import { Interrupts } from '../interrupts.js';
import { printable } from '../output/printable.js';
import { backupOfDaemon } from './daemon-records.js';
import type { Place } from './place.js';
import { count, progressOn } from './progress.js';
import { exitCodeOf, type Streams } from './exit-code.js';

/** The most findings in a JSON document. */
const MOST = 100_000;

/** Reads a whole store and says what is wrong. @returns the exit code: 0, 1 could not be read, 2 damaged, 3 torn */
export async function runVerify(place: Place, json: boolean, { stdout, stderr }: Streams): Promise<number> {
  const interrupts = new Interrupts(process, () => process.exit(1));
  const signal = interrupts.nextPhase();
  const progress = progressOn(stderr);
  const findings: Finding[] = [];
  const opened = place.kind === 'store' ? { location: place.location, canAsk: true } : undefined;
  const counts = { torn: 0, damaged: 0 };
  const found = (finding: Finding): void => {
    counts[finding.kind === 'torn' ? 'torn' : 'damaged']++;
    if (findings.length < MOST) findings.push(finding);
    progress.end();
    if (!json) stdout.write(printable(`${lineOf(finding)}\n`));
  };
  const show = (records: number): void => {
    signal.throwIfAborted();
    progress.show('verifying', records);
  };
  try {
    return await exitCodeOf(stderr, opened, async () => {
      const verified =
        place.kind === 'store'
          ? await verifyStore(place.location, { clock: new SystemClock(), found, progress: show })
          : await verifyDaemon(place, found, show, signal);
      progress.end();
      const code = counts.damaged > 0 ? DAMAGED : counts.torn > 0 ? TORN : WHOLE;
      if (json) stdout.write(`${JSON.stringify(documentOf(verified, findings, counts, code))}\n`);
      else stdout.write(`${summary(verified, counts.damaged + counts.torn)}\n`);
      return code;
    });
  } finally {
    progress.end();
    interrupts.release();
  }
}

/** What a daemon sends is read as it comes, so what belongs together is not compared. */
async function verifyDaemon(
  place: Extract<Place, { readonly kind: 'daemon' }>,
  found: (finding: Finding) => void,
  show: (records: number) => void,
  signal: AbortSignal,
): Promise<Verified> {
  const backup = await backupOfDaemon(place, signal);
  const verification = new Verification(found);
  for await (const chunk of backup.records()) {
    await verification.add(chunk);
    show(verification.records);
  }
  verification.end();
  return { place: place.url, records: verification.records, isUnreadable: false };
}

export function lineOf({ kind, what, key, problem }: Finding): string {
  const at = key === undefined ? '' : ` (key \\x${key})`;
  return `${kind.padEnd('missing'.length)}  ${what}${at}: ${problem}`;
}

function documentOf(
  { place, records, isUnreadable }: Verified,
  findings: readonly Finding[],
  counts: { readonly torn: number; readonly damaged: number },
  code: number,
): object {
  const verdict = code === WHOLE ? 'whole' : code === TORN ? 'torn' : 'damaged';
  return { store: place, verdict, records, unreadable: isUnreadable, ...counts, findings };
}

function summary({ place, records, isUnreadable }: Verified, findings: number): string {
  if (isUnreadable) return `${place} cannot be read any further, after ${count(records)} records`;
  const said = findings === 0 ? 'nothing is wrong' : `${count(findings)} things are wrong`;
  return `${count(records)} records of ${place} were read: ${said}`;
}
