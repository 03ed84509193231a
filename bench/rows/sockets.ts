import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SocketProcess } from '../population/socket-process.js';
import type { SocketLoad } from '../population/socket-clients.js';
import type { BenchContext } from '../context.js';
import { cpuMicroseconds } from '../process/cpu.js';
import { residentBytes, settledBytes } from '../process/memory.js';
import { atLeast, atMost, type Row } from '../row.js';
import { ratios } from '../statistics.js';

const SESSION_TIMEOUT_S = 30;
/** With 20,000 open files the daemon takes 14,936 connections, and one is for looking at it. */
const IDLE = 14_900;
/** Connections on which beats, or heals, follow each other. */
const BUSY = 64;
const SETTLE = { stillMs: 5_000, mostMs: 60_000 };
const SETTLE_QUICKLY = { stillMs: 1_000, mostMs: 5_000 };

export const sockets: Row = {
  name: 'sockets',
  title: 'idle sockets that keep a user each online, and beats',
  needs: [],
  goals: {
    'RSS for a socket': atMost(15_000, 10_000),
    'of a core for 15,000': atMost(50),
    'lost or offline': atMost(0),
    'beats of heals, by CPU': atLeast(1),
  },
  run: async (context) => {
    const idle = await idleSockets(context);
    const beats = new Array<Rate>();
    const heals = new Array<Rate>();
    for (let round = 1; round <= context.rounds; round++) {
      beats.push(await busy(context, 'beats', round));
      heals.push(await busy(context, 'heals', round));
    }
    const cpu = (rates: readonly Rate[]): number[] => rates.map(({ cpuUs }) => cpuUs);
    return {
      figures: [
        { name: 'RSS for a socket', unit: 'B', rounds: [idle.bytes] },
        { name: 'of a core for 15,000', unit: '%', rounds: [idle.share] },
        { name: 'lost or offline', unit: 'users', rounds: [idle.missing] },
        { name: 'beats of heals, by CPU', unit: '×', rounds: ratios(cpu(heals), cpu(beats)) },
        { name: 'beats', unit: '/s', rounds: beats.map(({ perSecond }) => perSecond) },
        { name: 'single heals', unit: '/s', rounds: heals.map(({ perSecond }) => perSecond) },
        { name: 'CPU a beat', unit: 'µs', rounds: cpu(beats) },
        { name: 'CPU a single heal', unit: 'µs', rounds: cpu(heals) },
      ],
      notes: [
        `${String(idle.count)} sockets, with a device each; the timeout is ${String(SESSION_TIMEOUT_S)} s, so each is pinged every ${String(SESSION_TIMEOUT_S / 3)} s`,
      ],
    };
  },
};

interface Idle {
  readonly count: number;
  readonly bytes: number;
  readonly share: number;
  readonly missing: number;
}

async function idleSockets({ servers, signal, say, size }: BenchContext): Promise<Idle> {
  const count = size(IDLE, 3_000);
  const daemon = await servers.daemon({ sessionTimeoutSeconds: SESSION_TIMEOUT_S });
  const clients = new SocketProcess(signal);
  try {
    say('idle, without sockets');
    await sleep(size(10_000, 3_000), undefined, { signal });
    const before = residentBytes(daemon.pid);
    say(`${String(count)} sockets`);
    await clients.start({ port: portOf(daemon.url), count, firstUser: 1, kind: 'idle' });
    say('until its memory is still');
    const settled = await settledBytes(daemon.pid, { ...size(SETTLE, SETTLE_QUICKLY), signal });
    const seconds = size(60, 20);
    say(`watching it for ${String(seconds)} s`);
    const [begin, used] = [performance.now(), cpuMicroseconds([daemon.pid])];
    await sleep(seconds * 1000, undefined, { signal });
    const share = (cpuMicroseconds([daemon.pid]) - used) / (performance.now() - begin) / 10;
    const online = await onlineAt(daemon.url);
    const { lost } = await clients.count();
    return {
      count,
      bytes: (settled - before) / count,
      share: (share * 15_000) / count,
      missing: Math.max(lost, count - online),
    };
  } finally {
    clients.stop();
    await daemon.stop();
  }
}

interface Rate {
  readonly perSecond: number;
  readonly cpuUs: number;
}

async function busy(
  { servers, signal, say, seconds, rounds }: BenchContext,
  kind: SocketLoad['kind'],
  round: number,
): Promise<Rate> {
  say(`round ${String(round)} of ${String(rounds)}: ${kind}`);
  const configuration = join(servers.temporaryDirectory(), 'heartbeat.yaml');
  writeFileSync(configuration, 'limits: { rate_per_socket: 1000000 }\n');
  const daemon = await servers.daemon({ sessionTimeoutSeconds: 600, configuration });
  const clients = new SocketProcess(signal);
  try {
    await clients.start({ port: portOf(daemon.url), count: BUSY, firstUser: 1, kind });
    // Until V8 has compiled what is measured.
    await sleep(2_000, undefined, { signal });
    const [begin, used, before] = [performance.now(), cpuMicroseconds([daemon.pid]), await clients.count()];
    await sleep(seconds * 1000, undefined, { signal });
    const after = await clients.count();
    const answered = after.answered - before.answered;
    return {
      perSecond: (1000 * answered) / (performance.now() - begin),
      cpuUs: (cpuMicroseconds([daemon.pid]) - used) / answered,
    };
  } finally {
    clients.stop();
    await daemon.stop();
  }
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}

async function onlineAt(url: string): Promise<number> {
  const answer = await fetch(`${url}/stats`);
  const { users } = (await answer.json()) as { users: { online: number } };
  return users.online;
}
