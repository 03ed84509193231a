import { setTimeout as sleep } from 'node:timers/promises';

import type { LoadClient } from '../../src/cli/bench/load-client.js';
import { GROUP } from '../population/groups.js';
import type { Cohorts } from './cohorts.js';
import { expectation, type Call } from './expectation.js';

/** From the end of a session to the answer that shows it. When the daemon received the last heal is not known exactly. */
export interface Lateness {
  /** When the session should have ended, and when its end was seen, by the wall clock. */
  readonly endedAt: number;
  readonly seenAt: number;
  /** If the daemon received it when it was sent. */
  readonly mostMs: number;
  /** If the daemon received it when it answered. */
  readonly leastMs: number;
}

const POLL_MS = 10;
/** Polls begin this long before the deadline, to see users who are declared offline early. */
const LEAD_MS = 50;
const PATIENCE_MS = 30_000;

/** Compares checkups with the heals of the cohorts. */
export class Inspection {
  readonly #client: LoadClient;
  readonly #cohorts: Cohorts;
  readonly #timeoutMs: number;
  /** Of users who left, in milliseconds. */
  readonly lateness: Lateness[] = [];
  falseOffline = 0;
  /** Users who were checked while they had to be online. */
  checked = 0;
  failed = 0;

  constructor(client: LoadClient, cohorts: Cohorts, timeoutMs: number) {
    this.#client = client;
    this.#cohorts = cohorts;
    this.#timeoutMs = timeoutMs;
  }

  /** Checks a random user of those in the slots. */
  async one(): Promise<void> {
    const cohort = this.#cohorts.cohortIn(Math.floor(Math.random() * this.#cohorts.slots));
    const sentAt = Date.now();
    const { status } = await this.#client.checkup(this.#cohorts.user(cohort, anyMember()));
    this.#judge(cohort, { sentAt, answeredAt: Date.now() }, [status]);
  }

  /** Checks all users in the slot. */
  async slot(slot: number): Promise<void> {
    const cohort = this.#cohorts.cohortIn(slot);
    const sentAt = Date.now();
    try {
      const { results } = await this.#client.checkup(this.#cohorts.batchIn(slot));
      const answeredAt = Date.now();
      this.#judge(
        cohort,
        { sentAt, answeredAt },
        results.map(({ status }) => status),
      );
    } catch {
      this.failed++;
    }
  }

  /** Checks one user of a cohort that left, until the user is offline. */
  async leaver(cohort: number, signal: AbortSignal): Promise<void> {
    const last = this.#cohorts.lastHeal(cohort);
    if (last === undefined) return;
    const user = this.#cohorts.user(cohort, anyMember());
    const deadline = last.sentAt + this.#timeoutMs;
    await sleep(Math.max(0, deadline - LEAD_MS - Date.now()), undefined, { signal });
    for (;;) {
      const sentAt = Date.now();
      const answer = await this.#client.checkup(user).catch(() => undefined);
      const answeredAt = Date.now();
      if (answer === undefined) this.failed++;
      else if (answer.status === 'offline') {
        if (this.#judge(cohort, { sentAt, answeredAt }, [answer.status])) this.#late(last, answeredAt);
        return;
      }
      if (answeredAt > deadline + PATIENCE_MS) {
        this.#late(last, answeredAt);
        return;
      }
      await sleep(POLL_MS, undefined, { signal });
    }
  }

  #late(lastHeal: Call, at: number): void {
    const healed = at - this.#timeoutMs;
    this.lateness.push({
      endedAt: lastHeal.sentAt + this.#timeoutMs,
      seenAt: at,
      mostMs: healed - lastHeal.sentAt,
      leastMs: Math.max(0, healed - lastHeal.answeredAt),
    });
  }

  /** @returns whether the answer can be right */
  #judge(cohort: number, checkup: Call, statuses: readonly ('online' | 'offline')[]): boolean {
    const last = this.#cohorts.lastHeal(cohort);
    if (last === undefined || expectation(last, checkup, this.#timeoutMs) !== 'online') return true;
    const offline = statuses.filter((status) => status === 'offline').length;
    this.checked += statuses.length;
    this.falseOffline += offline;
    return offline === 0;
  }
}

function anyMember(): number {
  return Math.floor(Math.random() * GROUP);
}
