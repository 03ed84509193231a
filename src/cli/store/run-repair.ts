import { SystemClock } from '../../adapters/clock/system-clock.js';
import { repairStore } from '../../adapters/repair-store.js';
import type { StoreLocation } from '../../adapters/store-location.js';
import { ANSWERED_NO as SOME_LOST, SUCCESS as ALL } from '../exit-codes.js';
import { Interrupts } from '../interrupts.js';
import { Findings } from './findings.js';
import { count, progressOn } from './progress.js';
import { exitCodeOf, type Streams } from './store-outcome.js';

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
  const findings = new Findings((line) => {
    progress.end();
    if (!json) stdout.write(line);
  });
  try {
    return await exitCodeOf(stderr, { locations: [from, to], canAsk: false }, async () => {
      const {
        place,
        to: target,
        records,
        saved,
      } = await repairStore(from, to, {
        clock: new SystemClock(),
        found: findings.add,
        progress: (read) => {
          signal.throwIfAborted();
          progress.show('repairing', read);
        },
      });
      progress.end();
      if (json)
        stdout.write(
          `${JSON.stringify({ from: place, to: target, records, saved, ...findings.document })}\n`,
        );
      else
        stdout.write(
          `${count(saved)} records of ${place} are saved in ${target}, with new indexes; ` +
            `${count(findings.count)} things were wrong\n`,
        );
      return findings.count > 0 ? SOME_LOST : ALL;
    });
  } finally {
    progress.end();
    interrupts.release();
  }
}
