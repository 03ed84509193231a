import { SystemClock } from '../../adapters/clock/system-clock.js';
import { compactStore } from '../../adapters/compact-store.js';
import type { Finding } from '../../adapters/history/verification.js';
import { repairStore } from '../../adapters/repair-store.js';
import type { StoreLocation } from '../../adapters/store-location.js';
import { ANSWERED_NO as SOME_LOST, SUCCESS as ALL } from '../exit-codes.js';
import { Interrupts } from '../interrupts.js';
import { printable } from '../output/printable.js';
import { count, progressOn } from './progress.js';
import { lineOf } from './run-verify.js';
import { exitCodeOf, type Streams } from './exit-code.js';

/** Saves what can be saved, and lists what is wrong. @returns the exit code: 0, 1 nothing was saved, 2 some is lost */
export async function runRepair(
  from: StoreLocation,
  to: StoreLocation,
  json: boolean,
  { stdout, stderr }: Streams,
): Promise<number> {
  const interrupts = new Interrupts(process, () => process.exit(1));
  const signal = interrupts.nextPhase();
  const progress = progressOn(stderr);
  const findings: Finding[] = [];
  try {
    return await exitCodeOf(stderr, undefined, async () => {
      const { place, records, saved, ...repaired } = await repairStore(from, to, {
        clock: new SystemClock(),
        found: (finding) => {
          findings.push(finding);
          progress.end();
          if (!json) stdout.write(printable(`${lineOf(finding)}\n`));
        },
        progress: (read) => {
          signal.throwIfAborted();
          progress.show('repairing', read);
        },
      });
      progress.end();
      if (json)
        stdout.write(`${JSON.stringify({ from: place, to: repaired.to, records, saved, findings })}\n`);
      else
        stdout.write(
          `${count(saved)} records of ${place} are saved in ${repaired.to}, with new indexes; ` +
            `${count(findings.length)} things were wrong\n`,
        );
      return findings.length > 0 ? SOME_LOST : ALL;
    });
  } finally {
    progress.end();
    interrupts.release();
  }
}

/** Gives the space of what was deleted back. @returns the exit code */
export async function runCompact(
  location: StoreLocation,
  json: boolean,
  { stdout, stderr }: Streams,
): Promise<number> {
  return exitCodeOf(stderr, { location, canAsk: false }, async () => {
    const { place, before, after } = await compactStore(location, { clock: new SystemClock() });
    stdout.write(
      json
        ? `${JSON.stringify({ store: place, bytes_before: before, bytes_after: after })}\n`
        : `${place} takes ${count(after)} bytes; before, it took ${count(before)}\n`,
    );
    return 0;
  });
}
