/** Groups of users with one connection each, which heals all members in one batch; and an onlooker. */
import { once } from 'node:events';
import { Agent, request, type ClientRequest } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

export interface GroupsPlan {
  readonly url: string;
  readonly groups: number;
  readonly size: number;
  /** The session timeout, in milliseconds. */
  readonly timeout: number;
}

/** Wall clock, in milliseconds. */
export interface GroupHeal {
  readonly sentAt: number;
  readonly answeredAt: number;
  /** The whole group was healed. */
  readonly acknowledged: boolean;
}

export interface GroupAnswer {
  readonly status: number;
  /** The whole group was healed. */
  readonly acknowledged: boolean;
}

export class Group {
  readonly heals: GroupHeal[] = [];
  readonly users: readonly number[];
  /** When the last acknowledged heal was sent. */
  heardAt = -Infinity;
  busy = false;
  readonly #url: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #body: string;

  constructor({ url, size }: GroupsPlan, index: number) {
    this.#url = url;
    this.users = Array.from({ length: size }, (_, member) => index * size + member + 1);
    this.#body = JSON.stringify(this.users);
  }

  /** @param begun called with the request before it is sent */
  async heal(begun?: Begun): Promise<GroupAnswer> {
    this.busy = true;
    const sent = performance.now();
    const sentAt = Date.now();
    const { status, body } = await ask(this.#agent, this.#url, 'POST', '/heal', this.#body, begun);
    this.busy = false;
    const acknowledged = status === 200 && body.endsWith('"rejected":[]}');
    if (acknowledged) this.heardAt = sent;
    this.heals.push({ sentAt, answeredAt: Date.now(), acknowledged });
    return { status, acknowledged };
  }
}

type Begun = (asked: ClientRequest) => void;

/**
 * Sends requests while the daemon stands still, so that it reads all of them in one pass: how many it must answer at
 * once does not depend on the speed of the machine.
 *
 * @param pid of the daemon
 * @param send passes each of its requests to the function that it gets
 */
export async function together<T>(pid: number, send: (begun: Begun) => readonly Promise<T>[]): Promise<T[]> {
  const sent: Promise<unknown>[] = [];
  process.kill(pid, 'SIGSTOP');
  try {
    const answers = send((asked) => sent.push(once(asked, 'finish')));
    await Promise.all(sent);
    process.kill(pid, 'SIGCONT');
    return await Promise.all(answers);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
}

/** New users who come once. Their openings wait for the disk, so all are in flight. */
export class Newcomers {
  readonly #url: string;
  readonly #many: number;
  readonly #agent: Agent;
  #next = 1_000_000_000;

  constructor(url: string, many: number) {
    this.#url = url;
    this.#many = many;
    this.#agent = new Agent({ keepAlive: true, maxSockets: many });
  }

  /** @returns the HTTP statuses */
  come(begun: Begun): Promise<number>[] {
    return Array.from({ length: this.#many }, async () => {
      const { status } = await ask(this.#agent, this.#url, 'PUT', `/heal/${this.#next++}`, '', begun);
      return status;
    });
  }
}

/** Keeps asking whether acknowledged users are online. */
export class Onlooker {
  readonly #plan: GroupsPlan;
  readonly #groups: readonly Group[];
  /** Answers so far. */
  looks = 0;
  /** Users who were offline although their last heal was acknowledged in time. */
  readonly falselyOffline: string[] = [];
  #over = false;

  constructor(plan: GroupsPlan, groups: readonly Group[]) {
    this.#plan = plan;
    this.#groups = groups;
  }

  async look(): Promise<void> {
    const { url, size, timeout } = this.#plan;
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let turn = 0; !this.#over; turn++) {
      const group = this.#groups[turn % this.#groups.length]!;
      const user = group.users[turn % size]!;
      const { heardAt } = group;
      if (performance.now() - heardAt < timeout) {
        const { status, body } = await ask(agent, url, 'GET', `/checkup/${user}`);
        const age = performance.now() - heardAt;
        this.looks++;
        if (status === 200 && !body.includes('"online"') && age < timeout)
          this.falselyOffline.push(`user ${user}, ${Math.round(age)} ms after the last heal`);
      }
      await pause(5);
    }
  }

  stop(): void {
    this.#over = true;
  }
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

function ask(
  agent: Agent,
  url: string,
  method: string,
  path: string,
  body = '',
  begun?: Begun,
): Promise<Answer> {
  const headers = body === '' ? {} : { 'content-type': 'application/json', 'content-length': body.length };
  return new Promise((resolve, reject) => {
    const asked = request(new URL(path, url), { agent, method, headers }, (response) => {
      let text = '';
      response.setEncoding('latin1').on('data', (chunk: string) => (text += chunk));
      response.once('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
    });
    asked.once('error', reject);
    begun?.(asked);
    asked.end(body);
  });
}
