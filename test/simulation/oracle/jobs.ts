import type { Flip, NodeState } from '../../../src/domain/node.js';
import { isFailure, isSuccess } from '../../../src/domain/ping.js';
import type { PingFacts } from '../../../src/ports/history-store.js';
import { BrokenPromise, type JobRecord, type Ledger, type SentPing } from '../world/ledger.js';
import { clockOf } from './clock-text.js';
import { leadOf } from './failures.js';
import type { Timings } from './timings.js';

/** The pings of a node that are kept. */
const KEPT = 100;
/** Pings that come this close together may be handled in another order. */
const CLOSE = 25;
/** How much before a standstill the daemon's blind interval may begin. */
const BEFORE = 120;
/** How long before it is known that the disk is in trouble what was sent may have been delayed by it. */
const LAG = 2000;

interface PredictedFlip {
  readonly to: NodeState;
  readonly at: number;
}

/** What an observer knows of a job: nothing, or all. */
interface KnownJob {
  readonly state: NodeState;
  readonly heardAt: number;
  /** When the runs started that are watched, by run id. */
  readonly runs: ReadonlyMap<string | undefined, number>;
}

/** A stretch in which all that happens to a job is known. */
interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly flips: readonly PredictedFlip[];
}

/** Checks jobs from the outside: the pings that are kept, and when their nodes fail. */
export class JobsOracle {
  readonly #ledger: Ledger;
  readonly #timings: Timings;

  constructor(ledger: Ledger, timings: Timings) {
    this.#ledger = ledger;
    this.#timings = timings;
  }

  /** Every confirmed ping of the last ones is kept, and no other. @param kept newest first */
  kept(job: string, kept: readonly PingFacts[], now: number): void {
    const pings = this.#record(job).pings;
    const complain = (what: string): never => {
      throw new BrokenPromise(`${job}: ${what}.`, now, job);
    };
    const found = new Set<SentPing>();
    kept.forEach(({ n, bytes, kind, rid, exitStatus }, index) => {
      const sent = pings[bytes - 1];
      if (sent === undefined) return complain(`a ping of ${String(bytes)} bytes is kept that nobody sent`);
      const isSame = sent.kind === kind && sent.rid === rid && sent.exitStatus === exitStatus;
      if (!isSame) complain(`the ping of ${clockOf(sent.at)} is kept as another one`);
      if (found.has(sent)) complain(`the ping of ${clockOf(sent.at)} is kept twice`);
      if (sent.answer === 'refused' && !sent.mayBeOnDisk)
        complain(`the ping of ${clockOf(sent.at)} was refused, and is kept`);
      if (n >= (kept[index - 1]?.n ?? Infinity)) complain('the pings that are kept are out of order');
      found.add(sent);
    });
    const since =
      kept.length < KEPT ? -Infinity : Math.max(...[...found].map(({ at }) => at).slice(-1)) + CLOSE;
    for (const ping of pings) {
      const { at, answer, answeredAt = at } = ping;
      if (answer !== 'done' || found.has(ping) || at < since) continue;
      // While the disk takes no writes, a ping counts and is not kept.
      if (this.#ledger.wasTroubled(at - LAG, answeredAt)) continue;
      complain(`the ping '${ping.kind}' of ${clockOf(at)} was confirmed, and is not kept`);
    }
  }

  /** When the node has failed and recovered. */
  history(job: string, flips: readonly Flip[], now: number): void {
    if (this.#ledger.jumps.length > 0) return;
    const record = this.#record(job);
    const lead = leadOf(this.#ledger);
    const placed = flips.map((flip) => ({ ...flip, at: flip.at - lead }));
    const complain = (what: string, at: number): never => {
      throw new BrokenPromise(`${job}: ${what}.`, at + 5000, job);
    };
    for (const { to, at, cause } of placed)
      if (to === 'failed' && cause === 'silence') this.#notEarly(record, at, complain);
    for (const { from, to, flips: expected } of this.#stretches(record, now)) {
      const actual = placed.filter(({ at }) => at > from && at < to);
      for (const [index, flip] of expected.entries()) {
        const other = actual[index];
        if (other?.to === flip.to && Math.abs(other.at - flip.at) <= 1) continue;
        const instead = other === undefined ? 'nothing' : `${other.to} as of ${clockOf(other.at)}`;
        complain(`should be ${flip.to} as of ${clockOf(flip.at)}, and there is ${instead}`, flip.at);
      }
      const more = actual[expected.length];
      if (more !== undefined) complain(`is ${more.to} as of ${clockOf(more.at)} for no reason`, more.at);
    }
  }

  #record(job: string): JobRecord {
    const record = this.#ledger.jobs.get(job);
    if (record === undefined) throw new TypeError(`there is no job ${job}`);
    return record;
  }

  /** No node fails by silence before its timeout, nor before the grace of a run is over. */
  #notEarly(
    { pings, registeredAt, timeout, grace }: JobRecord,
    at: number,
    complain: (what: string, at: number) => never,
  ): void {
    const before = pings.filter((ping) => ping.at <= at);
    const last = before.findLast((ping) => ping.answer === 'done' && isSuccess(ping));
    const since = last?.at ?? registeredAt;
    if (since === undefined) return;
    const ofNode = this.#timings.deadlineAfter(since, timeout);
    const starts = before.filter((ping) => ping.kind === 'start' && ping.answer !== 'refused');
    const earliest = starts.map((start) => this.#timings.deadlineAfter(start.at, grace));
    if (at < Math.min(ofNode, ...earliest) - 1)
      complain(`failed before its time: it is failed as of ${clockOf(at)}`, at);
  }

  /** Follows a job while nothing disturbs the daemon. */
  #stretches(record: JobRecord, now: number): readonly Stretch[] {
    const { pings } = record;
    const stretches: Stretch[] = [];
    let known: KnownJob | undefined;
    let [from, flips]: [number, PredictedFlip[]] = [0, []];
    const ends = (to: number): void => {
      if (known !== undefined) stretches.push({ from, to, flips: flips.filter(({ at }) => at < to) });
      [known, flips] = [undefined, []];
    };
    const passes = (to: number): void => {
      const due = dueOf(known, record);
      if (known === undefined || due >= to) return;
      flips.push({ to: 'failed', at: due });
      known = { ...known, state: 'failed', runs: new Map() };
    };
    pings.forEach((ping, index) => {
      const before = pings[index - 1]?.at ?? 0;
      const after = pings[index + 1]?.at ?? now;
      if (this.#isDisturbed(before, ping.at)) ends(before + CLOSE);
      if (this.#isCloseCall(known, record, ping)) ends(ping.earliest - BEFORE);
      passes(ping.at);
      const isClose = ping.at - before < CLOSE || after - ping.at < CLOSE;
      const isSure = ping.answer === 'done' && (ping.answeredAt ?? Infinity) - ping.at < CLOSE;
      const isCalm = !this.#isDisturbed(ping.at - 1, (ping.answeredAt ?? ping.at) + CLOSE);
      // Whether a run is watched that starts while the node has failed depends on what comes next.
      const isUnwatched = known?.state === 'failed' && ping.kind === 'start';
      if (isClose || !isSure || !isCalm || isUnwatched) return ends(ping.at - CLOSE);
      if (known !== undefined) {
        const next = followed(known, ping);
        if (next.state !== known.state) flips.push({ to: next.state, at: ping.at });
        known = next;
      } else if (isSuccess(ping) && ping.rid === undefined) {
        known = { state: 'active', heardAt: ping.at, runs: new Map() };
        from = ping.at + CLOSE;
      }
    });
    const last = pings.at(-1)?.at ?? now;
    const end = now - 1000;
    if (last < end && !this.#isDisturbed(last, now)) passes(end);
    ends(last < end && !this.#isDisturbed(last, now) ? end : last + CLOSE);
    return stretches.filter((stretch) => stretch.from < stretch.to);
  }

  /** Whether the ping waited in a socket while its node was due. */
  #isCloseCall(known: KnownJob | undefined, record: JobRecord, { earliest, at }: SentPing): boolean {
    const due = dueOf(known, record);
    return earliest < at && due >= earliest - BEFORE && due <= at;
  }

  #isDisturbed(from: number, to: number): boolean {
    return (
      this.#ledger.disturbances.some((one) => one.from - BEFORE <= to && one.to >= from) ||
      this.#ledger.wasTroubled(from - LAG, to + LAG)
    );
  }
}

/** When its node fails if no ping comes. */
function dueOf(known: KnownJob | undefined, { timeout, grace }: JobRecord): number {
  if (known === undefined || known.state === 'failed') return Infinity;
  return Math.min(known.heardAt + timeout, ...[...known.runs.values()].map((at) => at + grace));
}

/** A job after a ping. */
function followed({ state, heardAt, runs }: KnownJob, ping: SentPing): KnownJob {
  const others = new Map([...runs].filter(([rid]) => rid !== ping.rid));
  if (ping.kind === 'start') return { state, heardAt, runs: others.set(ping.rid, ping.at) };
  if (isSuccess(ping))
    return { state: 'active', heardAt: ping.at, runs: ping.rid === undefined ? new Map() : others };
  if (isFailure(ping)) return { state: 'failed', heardAt, runs: new Map() };
  return { state, heardAt, runs };
}
