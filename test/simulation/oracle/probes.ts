import type { Flip } from '../../../src/domain/node.js';
import { BrokenPromise, type Ledger, type ProbedRecord } from '../world/ledger.js';
import { LONGEST, REFUSED } from '../world/sites.js';
import { clockOf } from './clock-text.js';
import { leadOf, SLACK } from './failures.js';
import type { Timings } from './timings.js';

/** How long before it is known that the disk is in trouble what was sent may have been delayed by it. */
const LAG = 2000;

/** A flip on the monotonic clock. */
type PlacedFlip = Pick<Flip, 'to' | 'reason'> & { readonly at: number };
type Complain = (what: string, at: number) => never;

/** Checks from the outside when nodes that the daemon probes fail and recover. */
export class ProbesOracle {
  readonly #ledger: Ledger;
  readonly #timings: Timings;

  constructor(ledger: Ledger, timings: Timings) {
    this.#ledger = ledger;
    this.#timings = timings;
  }

  /** While the wall clock was not set. */
  history(site: string, flips: readonly Flip[], now: number): void {
    const record = this.#ledger.probed.get(site);
    if (record?.registeredAt === undefined || this.#ledger.jumps.length > 0) return;
    const lead = leadOf(this.#ledger);
    const placed = flips.map(({ to, reason, at }): PlacedFlip => ({
      to,
      at: at - lead,
      ...(reason !== undefined && { reason }),
    }));
    const complain: Complain = (what, at) => {
      throw new BrokenPromise(`${site}: ${what}.`, at, site);
    };
    placed.forEach((flip, index) => {
      if (flip.to !== 'active') this.#caused(record, flip, placed[index - 1], complain);
    });
    const stateAt = (at: number): string => placed.findLast((flip) => flip.at <= at)?.to ?? 'active';
    record.outages.forEach((outage, index) => {
      this.#noticed(record, outage, stateAt, complain);
      const next = record.outages[index + 1]?.from ?? now;
      this.#recovered(record, { from: outage.to, to: next }, stateAt, complain);
    });
  }

  /** A node is late or fails in its time, and only by a failed probe since it was last heard or late. */
  #caused(record: ProbedRecord, flip: PlacedFlip, before: PlacedFlip | undefined, complain: Complain): void {
    const { to, at } = flip;
    const { results, registeredAt = at, timeout, maxRetries } = record;
    const passed = results.findLast((result) => result.passed && result.at <= at)?.at ?? registeredAt;
    const misses = to === 'failed' ? maxRetries + 1 : 1;
    if (at < this.#timings.deadlineAfter(passed, misses * timeout) - 1)
      complain(`is ${to} as of ${clockOf(at)}, before its time: it was well at ${clockOf(passed)}`, at);
    const since = Math.max(passed, before?.to === 'inactive' ? before.at : -Infinity);
    const isCaused = results.some(
      (result) =>
        !result.passed && result.at >= since && result.at <= at + SLACK && !this.#isForgotten(result.at, at),
    );
    if (!isCaused)
      complain(`is ${to} as of ${clockOf(at)}, and no probe has failed since ${clockOf(since)}`, at);
    if (flip.reason !== `probe failed: ${REFUSED}`)
      complain(`is ${to} as of ${clockOf(at)} without the reason of its probe`, at);
  }

  /** Whether a restart or blindness made the daemon forget a probe that failed. */
  #isForgotten(heard: number, until: number): boolean {
    return this.#ledger.disturbances.some(({ from, to }) => from > heard + SLACK && to < until - SLACK);
  }

  /** An outage that is long enough is noticed. */
  #noticed(
    record: ProbedRecord,
    { from, to }: { readonly from: number; readonly to: number },
    stateAt: (at: number) => string,
    complain: Complain,
  ): void {
    const { registeredAt = Infinity, timeout, maxRetries, every } = record;
    const by = from + (maxRetries + 1) * timeout + every + 2 * LONGEST + SLACK;
    const isKnown = registeredAt < from - every && by < to && this.#isCalm(from - timeout - every, by);
    if (isKnown && isProbed(record, from - every, by) && stateAt(by) !== 'failed')
      complain(`is ${stateAt(by)} at ${clockOf(by)}, and every probe has failed since ${clockOf(from)}`, by);
  }

  /** A server that is up again is noticed by the next probe. */
  #recovered(
    record: ProbedRecord,
    { from, to }: { readonly from: number; readonly to: number },
    stateAt: (at: number) => string,
    complain: Complain,
  ): void {
    const { every } = record;
    const by = from + every + 2 * LONGEST + SLACK;
    const isKnown = by < to && this.#isCalm(from - every, by) && isProbed(record, from, by);
    if (isKnown && stateAt(by) !== 'active')
      complain(`is ${stateAt(by)} at ${clockOf(by)}, and its server is up since ${clockOf(from)}`, by);
  }

  #isCalm(from: number, to: number): boolean {
    return (
      !this.#ledger.disturbances.some((one) => one.from - SLACK <= to && one.to >= from - SLACK) &&
      !this.#ledger.wasTroubled(from - LAG, to + LAG)
    );
  }
}

/** Whether the prober was on time in all of a range. */
function isProbed({ results, every }: ProbedRecord, from: number, to: number): boolean {
  const times = [from, ...results.map(({ at }) => at).filter((at) => at > from && at < to), to];
  return times.every((at, index) => at - (times[index - 1] ?? at) <= every + 2 * LONGEST);
}
