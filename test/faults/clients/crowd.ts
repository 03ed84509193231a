/**
 * Users in groups, each of which keeps one connection and heals its members in one batch: first as fast as the daemon
 * answers, which shows what it can carry, then three times as often, then half as often. An onlooker asks all the
 * time whether those are online who were told so.
 */
import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

export interface CrowdPlan {
  readonly url: string;
  readonly groups: number;
  readonly size: number;
  /** How long the daemon holds a user online, in milliseconds. */
  readonly timeout: number;
  /** Milliseconds. */
  readonly calibration: number;
  readonly overload: number;
  /** How long to wait for the daemon to be well again, in milliseconds. */
  readonly patience: number;
}

export interface CrowdReport {
  readonly kind: 'dispersed';
  /** Batches a second that the daemon took, and was given in the overload. */
  readonly carried: number;
  readonly offered: number;
  /** Answers in the overload, by HTTP status. */
  readonly answers: Readonly<Record<number, number>>;
  /** Answers to the onlooker, and those who were offline though their last heal was acknowledged in time. */
  readonly looks: number;
  readonly falselyOffline: readonly string[];
  /** Milliseconds after the overload until every heal was taken again; undefined when that took too long. */
  readonly wellAfter: number | undefined;
  /** The heals of each group, in the order they were sent. Wall clock, in milliseconds. */
  readonly heals: readonly (readonly { sentAt: number; answeredAt: number; acknowledged: boolean }[])[];
}

const plan = JSON.parse(process.argv[2] ?? '') as CrowdPlan;
const TICK = 5;
/** For so long no heal may be refused before the daemon counts as well again. */
const WELL_FOR = 1500;

interface Answer {
  readonly status: number;
  readonly body: string;
}

function ask(agent: Agent, method: string, path: string, body = ''): Promise<Answer> {
  const { promise, resolve, reject } = withResolvers<Answer>();
  const headers = body === '' ? {} : { 'content-type': 'application/json', 'content-length': body.length };
  const asked = request(new URL(path, plan.url), { agent, method, headers }, (response) => {
    let text = '';
    response.setEncoding('latin1').on('data', (chunk: string) => (text += chunk));
    response.once('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
  });
  asked.once('error', reject).end(body);
  return promise;
}

function withResolvers<Value>() {
  let resolve!: (value: Value) => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<Value>((resolved, rejected) => {
    resolve = resolved;
    reject = rejected;
  });
  return { promise, resolve, reject };
}

class Group {
  readonly heals: { sentAt: number; answeredAt: number; acknowledged: boolean }[] = [];
  readonly users: readonly number[];
  /** When the last acknowledged heal was sent. */
  heardAt = -Infinity;
  busy = false;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #body: string;

  constructor(index: number) {
    this.users = Array.from({ length: plan.size }, (_, member) => index * plan.size + member + 1);
    this.#body = JSON.stringify(this.users);
  }

  async heal(): Promise<Answer> {
    this.busy = true;
    const sent = performance.now();
    const sentAt = Date.now();
    const answer = await ask(this.#agent, 'POST', '/heal', this.#body);
    this.busy = false;
    const acknowledged = answer.status === 200 && answer.body.endsWith('"rejected":[]}');
    if (acknowledged) this.heardAt = sent;
    this.heals.push({ sentAt, answeredAt: Date.now(), acknowledged });
    return answer;
  }
}

const groups = Array.from({ length: plan.groups }, (_, index) => new Group(index));
const answers: Record<number, number> = {};
const falselyOffline: string[] = [];
let looks = 0;
let dispersed = false;

async function look(): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (let turn = 0; !dispersed; turn++) {
    const group = groups[turn % groups.length]!;
    const user = group.users[turn % plan.size]!;
    const { heardAt } = group;
    if (performance.now() - heardAt < plan.timeout) {
      const { status, body } = await ask(agent, 'GET', `/checkup/${user}`);
      const age = performance.now() - heardAt;
      looks++;
      if (status === 200 && !body.includes('"online"') && age < plan.timeout)
        falselyOffline.push(`user ${user}, ${Math.round(age)} ms after the last heal`);
    }
    await pause(TICK);
  }
}

/** Every group in turn, so many at a time, for so long. */
async function inTurn(atOnce: number, duration: number): Promise<number> {
  const until = performance.now() + duration;
  let next = 0;
  let done = 0;
  const one = async (): Promise<void> => {
    while (performance.now() < until) {
      const { status } = await groups[next++ % groups.length]!.heal();
      if (status === 200) done++;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, one));
  return done;
}

/** So many batches a second, whatever becomes of them, by the groups that have none under way. */
async function offer(
  rate: number,
  until: () => boolean,
  answered: (answer: Answer) => void,
): Promise<number> {
  const begun = performance.now();
  let offered = 0;
  let missed = 0;
  let next = 0;
  while (!until()) {
    const due = ((performance.now() - begun) / 1000) * rate;
    for (let tried = 0; offered + missed < due && tried < groups.length; tried++) {
      const group = groups[next++ % groups.length]!;
      if (group.busy) continue;
      offered++;
      void group.heal().then(answered);
    }
    // What could not be sent in time is not made up for later.
    missed = Math.max(0, Math.floor(due) - offered);
    await pause(TICK);
  }
  return offered;
}

for (const group of groups) while ((await group.heal()).status !== 200) await pause(100);
void look();
const carried = ((await inTurn(8, plan.calibration)) / plan.calibration) * 1000;

const overloadEnds = performance.now() + plan.overload;
const offered = await offer(
  3 * carried,
  () => performance.now() >= overloadEnds,
  ({ status }) => (answers[status] = (answers[status] ?? 0) + 1),
);

let troubledAt = performance.now();
const givenUpAt = troubledAt + plan.patience + WELL_FOR;
await offer(
  carried / 2,
  () => performance.now() - troubledAt >= WELL_FOR || performance.now() >= givenUpAt,
  ({ status, body }) => {
    if (status !== 200 || !body.endsWith('"rejected":[]}')) troubledAt = performance.now();
  },
);
const isWell = performance.now() < givenUpAt;
dispersed = true;
while (groups.some(({ busy }) => busy)) await pause(TICK);

const report: CrowdReport = {
  kind: 'dispersed',
  carried,
  offered: (offered / plan.overload) * 1000,
  answers,
  looks,
  falselyOffline,
  wellAfter: isWell ? troubledAt - overloadEnds : undefined,
  heals: groups.map(({ heals }) => heals),
};
process.send?.(report, () => process.exit());
