/** Users in groups, each of which keeps one connection and heals its members in one batch, and who looks at them. */
import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

export interface GroupsPlan {
  readonly url: string;
  readonly groups: number;
  readonly size: number;
  /** How long the daemon holds a user online, in milliseconds. */
  readonly timeout: number;
}

/** Wall clock, in milliseconds. */
export interface GroupHeal {
  readonly sentAt: number;
  readonly answeredAt: number;
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

  /** @returns the HTTP status, and whether the whole group was healed */
  async heal(): Promise<{ readonly status: number; readonly acknowledged: boolean }> {
    this.busy = true;
    const sent = performance.now();
    const sentAt = Date.now();
    const { status, body } = await ask(this.#agent, this.#url, 'POST', '/heal', this.#body);
    this.busy = false;
    const acknowledged = status === 200 && body.endsWith('"rejected":[]}');
    if (acknowledged) this.heardAt = sent;
    this.heals.push({ sentAt, answeredAt: Date.now(), acknowledged });
    return { status, acknowledged };
  }
}

/** Asks all the time whether those are online who were told so. */
export class Onlooker {
  readonly #plan: GroupsPlan;
  readonly #groups: readonly Group[];
  /** Answers so far. */
  looks = 0;
  /** Who was offline though their last heal was acknowledged in time. */
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

function ask(agent: Agent, url: string, method: string, path: string, body = ''): Promise<Answer> {
  const headers = body === '' ? {} : { 'content-type': 'application/json', 'content-length': body.length };
  return new Promise((resolve, reject) => {
    const asked = request(new URL(path, url), { agent, method, headers }, (response) => {
      let text = '';
      response.setEncoding('latin1').on('data', (chunk: string) => (text += chunk));
      response.once('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
    });
    asked.once('error', reject).end(body);
  });
}
