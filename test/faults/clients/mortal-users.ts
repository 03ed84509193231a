/**
 * Users who come, heal, say goodbye or go silent, and come again, whatever happens to the daemon. Every call is in
 * the journal before the next one is sent: when it was sent, and when and how it was answered.
 */
import { setMaxListeners } from 'node:events';
import { openSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { HeartbeatRequestError, isUnreachable } from '../../../src/client/api/request-error.js';
import { LoadClient } from '../../../src/cli/bench/load-client.js';
import { userIdFromBigInt } from '../../../src/domain/user-id.js';
import type { Call } from '../../support/history-comparison.js';
import { SeededRandom } from '../../support/seeded-random.js';

export interface MortalUsersPlan {
  readonly users: number;
  /** The id of the first user; 1 by default. */
  readonly first?: number;
  readonly seed: number;
  /** The session timeout, in milliseconds. */
  readonly timeout: number;
  /** Seconds until a call is given up. A daemon that stands still for longer may still handle it then. */
  readonly patience?: number;
  /** The file of the calls, one JSON object per line. */
  readonly journal: string;
}

export type Order =
  /** A daemon is ready at this URL; all earlier ones have ended. */
  | { readonly kind: 'daemon'; readonly url: string }
  /** So many new users open a session at once, and then go silent. */
  | { readonly kind: 'burst'; readonly users: number }
  | { readonly kind: 'finish' };

const plan = JSON.parse(process.argv[2] ?? '') as MortalUsersPlan;
const { timeout, first = 1, patience = 10 } = plan;
const journal = openSync(plan.journal, 'a');
const finishing = new AbortController();
setMaxListeners(0, finishing.signal);

let daemon: LoadClient | undefined;
let told: (() => void)[] = [];
let newcomer = 1_000_000;

const lives = Array.from({ length: plan.users }, (_, index) =>
  live(String(first + index), new SeededRandom(plan.seed + index)),
);
const bursts: Promise<unknown>[] = [];

process.on('message', (order: Order) => {
  switch (order.kind) {
    case 'daemon':
      void daemon?.close();
      daemon = new LoadClient(order.url, { connections: 128, timeout: patience });
      wakeAll();
      return;
    case 'burst':
      for (let i = 0; i < order.users; i++) bursts.push(call(String(newcomer++), 'heal'));
      return;
    case 'finish':
      void finish();
  }
});
process.on('disconnect', () => process.exit());

async function live(user: string, random: SeededRandom): Promise<void> {
  await pause(random.between(0, timeout));
  while (!finishing.signal.aborted) {
    for (let beats = Math.ceil(random.between(0, 6)); beats > 0; beats--) {
      await healOrAwaitNextDaemon(user, random);
      await pause(random.between(0.1, 0.6) * timeout);
    }
    const mood = random.next();
    if (mood < 0.4) {
      await call(user, 'goodbye');
      await pause(random.next() < 0.3 ? 0 : random.between(0, timeout));
    } else if (mood < 0.75) {
      await pause(random.between(1.2, 2) * timeout);
    }
  }
}

async function healOrAwaitNextDaemon(user: string, random: SeededRandom): Promise<void> {
  const asked = daemon;
  if (asked !== undefined && (await call(user, 'heal')) !== 'lost') return;
  while (daemon === asked && !finishing.signal.aborted) await news();
  // Some come back at once, some in time, and some too late.
  await pause(random.next() < 0.3 ? 0 : random.between(0, 1.5) * timeout);
}

async function call(user: string, kind: Call['kind']): Promise<Call['outcome']> {
  const asked = daemon;
  if (asked === undefined) return 'lost';
  const sent = Date.now();
  const outcome = await asked[kind](userIdFromBigInt(BigInt(user))).then(
    () => 'acknowledged' as const,
    (error: unknown) =>
      error instanceof HeartbeatRequestError && !isUnreachable(error) ? 'refused' : 'lost',
  );
  const entry: Call = { user, kind, sent, answered: Date.now(), outcome };
  writeSync(journal, `${JSON.stringify(entry)}\n`);
  return outcome;
}

async function finish(): Promise<void> {
  finishing.abort();
  wakeAll();
  await Promise.all([...lives, ...bursts]);
  process.send?.({ kind: 'finished' });
}

function news(): Promise<void> {
  return new Promise((resolve) => {
    told.push(resolve);
  });
}

function wakeAll(): void {
  const waiting = told;
  told = [];
  for (const wake of waiting) wake();
}

async function pause(milliseconds: number): Promise<void> {
  await sleep(milliseconds, undefined, { signal: finishing.signal }).catch(() => undefined);
}
