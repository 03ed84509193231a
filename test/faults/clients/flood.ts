/** Heals in large batches, as fast as the daemon answers, beside connections that send nothing. */
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

export interface FloodPlan {
  readonly url: string;
  /** The number of connections that send one batch after another, and the heals in each batch. */
  readonly batches: number;
  readonly heals: number;
  /** New silent connections per second. */
  readonly strangers: number;
}

export interface FloodReport {
  readonly kind: 'risen' | 'over';
  /** Answered batches. */
  readonly answered: number;
  /** Silent connections so far. */
  readonly connected: number;
  /** Answered checkups. */
  readonly checkups: number;
  /** The most batches answered while one checkup waited for its answer. */
  readonly overtook: number;
}

/** Open silent connections at a time, so that descriptors suffice. */
const AT_ONCE = 400;

const plan = JSON.parse(process.argv[2] ?? '') as FloodPlan;
const { hostname, port } = new URL(plan.url);
let answered = 0;
let connected = 0;
let checkups = 0;
let overtook = 0;
let isOver = false;

async function healAgainAndAgain(group: number): Promise<void> {
  const users = Array.from({ length: plan.heals }, (_, user) => 1000 + group * plan.heals + user);
  const body = JSON.stringify(users);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  while (!isOver) {
    const call = request(`${plan.url}/heal`, {
      agent,
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
    });
    call.end(body);
    const [response] = (await once(call, 'response')) as [NodeJS.ReadableStream];
    response.resume();
    await once(response, 'end');
    answered++;
  }
  agent.destroy();
}

/**
 * Asks for something that needs no write. Its connection is read as often as those of the batches, so however slow the
 * machine or its disk is, few batches are answered meanwhile.
 */
async function checkUpAgainAndAgain(): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  while (!isOver) {
    const before = answered;
    const [response] = (await once(request(`${plan.url}/checkup/1000`, { agent }).end(), 'response')) as [
      NodeJS.ReadableStream,
    ];
    response.resume();
    await once(response, 'end');
    checkups++;
    overtook = Math.max(overtook, answered - before);
  }
  agent.destroy();
}

async function connectAgainAndAgain(): Promise<void> {
  const open: Socket[] = [];
  while (!isOver) {
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    connected++;
    open.push(socket);
    if (open.length > AT_ONCE) open.shift()?.destroy();
    await pause(1000 / plan.strangers);
  }
  for (const socket of open) socket.destroy();
}

function report(kind: FloodReport['kind']): void {
  process.send?.({ kind, answered, connected, checkups, overtook } satisfies FloodReport);
}

process.once('message', () => {
  isOver = true;
});
const running = [
  ...Array.from({ length: plan.batches }, (_, group) => healAgainAndAgain(group)),
  checkUpAgainAndAgain(),
  ...(plan.strangers > 0 ? [connectAgainAndAgain()] : []),
];
while (answered < 3 * plan.batches) await pause(20);
report('risen');
await Promise.all(running);
report('over');
