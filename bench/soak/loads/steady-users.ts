import { setTimeout as sleep } from 'node:timers/promises';
import { LoadClient } from '../../../src/cli/bench/load-client.js';
import { UserRange } from '../../../src/cli/bench/virtual-users.js';
import type { UserId } from '../../../src/domain/user-id.js';
import { GROUP, groupsOf } from '../../population/groups.js';
import type { Problems } from '../problems.js';
import { attempted, forever } from './forever.js';

/** They do not meet the other users of a soak. */
const FIRST = 2n ** 40n;
/** Of a timeout: how often each of them is healed. */
const PART_OF_A_TIMEOUT = 1 / 3;
/** One batch in so many is asked for right after its heal. */
const ASKED = 10;
const IN_FLIGHT = 8;
const CAPACITY_MS = 5_000;

/** Users who are healed all the time, in batches. */
export class SteadyUsers {
  readonly #client: LoadClient;
  readonly #timeoutMs: number;
  readonly #problems: Problems;
  #groups: readonly (readonly UserId[])[] = [];
  #sent = 0;
  healed = 0;

  constructor(url: string, timeoutMs: number, problems: Problems) {
    this.#client = new LoadClient(url, { connections: 2 * IN_FLIGHT });
    this.#timeoutMs = timeoutMs;
    this.#problems = problems;
  }

  /** As many as a third of the heals keep online that the daemon accepts in a second. */
  async third(most: number): Promise<number> {
    const groups = groupsOf(new UserRange(FIRST), 20 * GROUP);
    let accepted = 0;
    const until = performance.now() + CAPACITY_MS;
    const work = async (): Promise<void> => {
      for (let at = 0; performance.now() < until; at = (at + 1) % groups.length)
        accepted += (await attempted(() => this.#client.heal(groups[at] ?? [])))?.accepted ?? 0;
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, work));
    const aSecond = accepted / (CAPACITY_MS / 1000);
    const users = (aSecond / 3) * ((this.#timeoutMs * PART_OF_A_TIMEOUT) / 1000);
    return Math.min(most, Math.max(GROUP, Math.round(users / GROUP) * GROUP));
  }

  async run(users: number, signal: AbortSignal): Promise<void> {
    this.#groups = groupsOf(new UserRange(FIRST), users);
    const everyMs = this.#timeoutMs * PART_OF_A_TIMEOUT;
    const loops = this.#groups.map(async (group, index) => {
      await sleep((index / this.#groups.length) * everyMs, undefined, { signal }).catch(() => undefined);
      await forever(signal, everyMs, () => this.#heal(group));
    });
    await Promise.all(loops);
    await this.#client.close();
  }

  async #heal(group: readonly UserId[]): Promise<void> {
    const sentAt = performance.now();
    const { accepted } = await this.#client.heal(group);
    this.healed += accepted;
    if (accepted < group.length || this.#sent++ % ASKED !== 0) return;
    const { results } = await this.#client.checkup(group);
    // Heard after it was sent, so each of them is online for a timeout from then on, at least.
    if (performance.now() >= sentAt + this.#timeoutMs) return;
    for (const { id, status } of results)
      if (status !== 'online')
        this.#problems.add('a user was offline within the timeout of an acknowledged heal', id);
  }
}
