import { setTimeout as sleep } from 'node:timers/promises';

import { UserRange } from '../../src/cli/bench/virtual-users.js';
import { HeartbeatRequestError } from '../../src/client/api/request-error.js';
import type { LoadClient } from '../../src/cli/bench/load-client.js';
import type { UserId } from '../../src/domain/user-id.js';
import { cpuMicroseconds } from '../process/cpu.js';

/** Users in one call. */
export const GROUP = 1_000;

/** The most calls at once: enough to fill the daemon's group commits. */
const IN_FLIGHT = 8;

export function groupsOf(range: UserRange, users: number): (readonly UserId[])[] {
  return range.batches(users, GROUP);
}

/** The users from 1 to this number, whom wrk heals too. */
export function firstUsers(users: number): (readonly UserId[])[] {
  return groupsOf(new UserRange(1n), users);
}

export interface HealedGroup {
  readonly group: number;
  /** Wall clock, in milliseconds. */
  readonly sentAt: number;
  readonly answeredAt: number;
}

const AGAIN_MS = 250;
const PATIENCE_MS = 60_000;

/**
 * Heals every group once, as fast as the daemon accepts them. Calls that it sheds are sent again.
 *
 * @throws Error if a group is not completely accepted within a minute
 */
export async function healAll(
  client: LoadClient,
  groups: readonly (readonly UserId[])[],
  signal: AbortSignal,
  onHealed: (healed: HealedGroup) => void = () => undefined,
): Promise<void> {
  let next = 0;
  async function work(): Promise<void> {
    for (let group = next++; group < groups.length; group = next++) {
      const batch = groups[group];
      if (batch !== undefined) onHealed({ group, ...(await healWhole(client, batch, signal)) });
    }
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, work));
}

async function healWhole(
  client: LoadClient,
  batch: readonly UserId[],
  signal: AbortSignal,
): Promise<Omit<HealedGroup, 'group'>> {
  for (const end = performance.now() + PATIENCE_MS; ;) {
    signal.throwIfAborted();
    const sentAt = Date.now();
    const refusal = await refusalOf(client, batch);
    if (refusal === undefined) return { sentAt, answeredAt: Date.now() };
    if (performance.now() > end) throw new Error(`not healed: ${refusal}`);
    await sleep(AGAIN_MS, undefined, { signal });
  }
}

/** @returns undefined if the whole batch was healed */
async function refusalOf(client: LoadClient, batch: readonly UserId[]): Promise<string | undefined> {
  try {
    const { accepted, rejected } = await client.heal(batch);
    return accepted === batch.length ? undefined : (rejected[0]?.error ?? 'no reason given');
  } catch (error) {
    if (error instanceof HeartbeatRequestError && error.status === 503) return error.message;
    throw error;
  }
}

const QUIET_SHARE = 0.1;
const LOOK_EVERY_MS = 500;
const LONGEST_MS = 60_000;

/** Waits until the processes are almost idle: after many writes the store still merges its files. */
export async function untilQuiet(pids: readonly number[], signal: AbortSignal): Promise<void> {
  const end = performance.now() + LONGEST_MS;
  for (let used = cpuMicroseconds(pids); performance.now() < end;) {
    await sleep(LOOK_EVERY_MS, undefined, { signal });
    const now = cpuMicroseconds(pids);
    if (now - used < QUIET_SHARE * LOOK_EVERY_MS * 1000) return;
    used = now;
  }
}
