import { HealJournal } from '../../src/cli/bench/check/heal-journal.js';
import type { TaskOutcome } from '../../src/client/schedule/paced-scheduler.js';
import { UserRange } from '../../src/cli/bench/virtual-users.js';
import type { UserId } from '../../src/domain/user-id.js';
import { GROUP } from '../population/groups.js';
import type { Call } from './expectation.js';

/**
 * All users who were ever online, in cohorts of one group each. A cohort occupies a slot; one heal of the slot heals
 * all of it. It leaves when it is replaced: it is no longer healed, and nobody says goodbye.
 */
export class Cohorts {
  readonly slots: number;
  /** The heals of each cohort. */
  readonly journal: HealJournal;
  readonly #range = UserRange.random();
  readonly #inSlot: Int32Array;
  readonly #batches: (readonly UserId[])[];
  readonly #lastSentAt: Float64Array;
  readonly #lastAnsweredAt: Float64Array;
  readonly #left: number[] = [];
  #next: number;
  #lapses = 0;

  /** @param most the most cohorts that there will ever be */
  constructor(slots: number, most: number) {
    this.slots = slots;
    this.journal = new HealJournal(most);
    this.#inSlot = Int32Array.from({ length: slots }, (_, slot) => slot);
    this.#batches = Array.from({ length: slots }, (_, slot) => this.#batchOf(slot));
    this.#lastSentAt = new Float64Array(most);
    this.#lastAnsweredAt = new Float64Array(most);
    this.#next = slots;
  }

  /** Those that left, in that order. */
  get left(): readonly number[] {
    return this.#left;
  }

  /** How often the generator sent a slot's heal too late: the session may have ended before. */
  get lapses(): number {
    return this.#lapses;
  }

  cohortIn(slot: number): number {
    return this.#inSlot[slot] ?? 0;
  }

  batchIn(slot: number): readonly UserId[] {
    const batch = this.#batches[slot];
    if (batch === undefined) throw new RangeError(`there is no slot ${String(slot)}`);
    return batch;
  }

  user(cohort: number, member: number): UserId {
    return this.#range.id(cohort * GROUP + member);
  }

  /** Puts a new cohort in the slot. @returns the one that leaves */
  replace(slot: number): number {
    const leaving = this.cohortIn(slot);
    const coming = this.#next++;
    this.#inSlot[slot] = coming;
    this.#batches[slot] = this.#batchOf(coming);
    this.#left.push(leaving);
    return leaving;
  }

  record(outcome: TaskOutcome, timeoutMs: number): void {
    const cohort = this.cohortIn(outcome.task);
    this.journal.record(cohort, outcome);
    if (!outcome.acknowledged) return;
    const last = this.#lastSentAt[cohort] ?? 0;
    if (last > 0 && outcome.answeredAt > last + timeoutMs) this.#lapses++;
    this.#lastSentAt[cohort] = outcome.sentAt;
    this.#lastAnsweredAt[cohort] = outcome.answeredAt;
  }

  /** The last acknowledged heal of the cohort; undefined before the first. */
  lastHeal(cohort: number): Call | undefined {
    const sentAt = this.#lastSentAt[cohort] ?? 0;
    return sentAt === 0 ? undefined : { sentAt, answeredAt: this.#lastAnsweredAt[cohort] ?? sentAt };
  }

  #batchOf(cohort: number): readonly UserId[] {
    return this.#range.batch(cohort * GROUP, GROUP);
  }
}
