import { SystemClock } from '../../adapters/clock/system-clock.js';
import { Verification, type Finding } from '../../adapters/history/verification.js';
import { verifyStore, type Verified } from '../../adapters/verify-store.js';
import { ANSWERED_NO as DAMAGED, SUCCESS as WHOLE, TORN } from '../exit-codes.js';
import type { Daemon } from '../api/daemon.js';
import { Interrupts } from '../interrupts.js';
import { backupOfDaemon } from './daemon-records.js';
import { Findings } from './findings.js';
import type { Place } from './place.js';
import { count, progressOn } from './progress.js';
import { exitCodeOf, type Streams } from './store-outcome.js';

/** Reads a whole store and says what is wrong. @returns the exit code: 0, 1 could not be read, 2 damaged, 3 torn */
export async function runVerify(place: Place, json: boolean, { stdout, stderr }: Streams): Promise<number> {
  const interrupts = new Interrupts(process, () => process.exit(1));
  const signal = interrupts.nextPhase();
  const progress = progressOn(stderr);
  const findings = new Findings((line) => {
    progress.end();
    if (!json) stdout.write(line);
  });
  const opened = place.kind === 'store' ? { locations: [place.location], canAsk: true } : undefined;
  const found = findings.add;
  const show = (records: number): void => {
    signal.throwIfAborted();
    progress.show('verifying', records);
  };
  try {
    return await exitCodeOf(stderr, opened, async () => {
      const verified =
        place.kind === 'store'
          ? await verifyStore(place.location, { clock: new SystemClock(), found, progress: show })
          : await verifyDaemon(place.daemon, found, show, signal);
      progress.end();
      const code = findings.damaged > 0 ? DAMAGED : findings.torn > 0 ? TORN : WHOLE;
      if (json) stdout.write(`${JSON.stringify(documentOf(verified, findings, code))}\n`);
      else stdout.write(`${summary(verified, findings.count)}\n`);
      return code;
    });
  } finally {
    progress.end();
    interrupts.release();
  }
}

/** What a daemon sends is read as it comes, so what belongs together is not compared. */
async function verifyDaemon(
  daemon: Daemon,
  found: (finding: Finding) => void,
  show: (records: number) => void,
  signal: AbortSignal,
): Promise<Verified> {
  const backup = await backupOfDaemon(daemon, signal);
  const verification = new Verification(found);
  for await (const chunk of backup.records()) {
    await verification.add(chunk);
    show(verification.records);
  }
  verification.end();
  return { place: daemon.url, records: verification.records, isUnreadable: false };
}

function documentOf({ place, records, isUnreadable }: Verified, findings: Findings, code: number): object {
  const verdict = code === WHOLE ? 'whole' : code === TORN ? 'torn' : 'damaged';
  return { store: place, verdict, records, unreadable: isUnreadable, ...findings.document };
}

function summary({ place, records, isUnreadable }: Verified, findings: number): string {
  if (isUnreadable) return `${place} cannot be read any further, after ${count(records)} records`;
  const said = findings === 0 ? 'nothing is wrong' : `${count(findings)} things are wrong`;
  return `${count(records)} records of ${place} were read: ${said}`;
}
