import type { IncomingMessage } from 'node:http';
import type { Daemon } from '../daemon.js';
import type { Exchange } from '../exchange.js';
import { jsonHead } from '../json.js';
import { Batch, problemAt, type BatchLimits, type BatchOutcome } from './batch.js';

/** `POST /heal`: answered once every session that it opened is on disk. */
export function healBatch(
  daemon: Daemon,
  limits: BatchLimits,
  exchange: Exchange,
  request: IncomingMessage,
): void {
  new Batch(daemon, exchange, 'heal', limits, (outcome) => {
    if (refusedWhole(exchange, outcome)) return;
    const rejected = rejectedOf(outcome);
    answer(
      exchange,
      `{"accepted":${outcome.users.length - rejected.length},"rejected":[${rejected.join(',')}]}`,
    );
  }).read(request);
}

/** `POST /checkup`: the users in the order they were asked for. */
export function checkupBatch(
  daemon: Daemon,
  limits: BatchLimits,
  exchange: Exchange,
  request: IncomingMessage,
): void {
  new Batch(daemon, exchange, 'checkup', limits, (outcome) => {
    if (refusedWhole(exchange, outcome)) return;
    const results = outcome.users.flatMap((user, place) => {
      const reply = outcome.replies[place];
      if (reply?.kind !== 'online' && reply?.kind !== 'offline') return [];
      // The digits are written as they are: a 64-bit id does not fit a number.
      return [`{"id":${String(user)},"status":"${reply.kind}"}`];
    });
    const rejected = rejectedOf(outcome);
    const more = rejected.length === 0 ? '' : `,"rejected":[${rejected.join(',')}]`;
    answer(exchange, `{"results":[${results.join(',')}]${more}}`);
  }).read(request);
}

/** Where nothing at all could be done for a reason of ours, the whole batch may be sent again. */
function refusedWhole(exchange: Exchange, { replies }: BatchOutcome): boolean {
  const [first] = replies.filter((reply) => reply !== undefined);
  if (first?.kind !== 'refused') return false;
  if (replies.some((reply) => reply !== undefined && reply.kind !== 'refused')) return false;
  exchange.refuse(first.code);
  return true;
}

function rejectedOf(outcome: BatchOutcome): string[] {
  return outcome.users.flatMap((_user, index) => {
    const error = problemAt(outcome, index);
    return error === undefined ? [] : [JSON.stringify({ index, error })];
  });
}

function answer(exchange: Exchange, body: string): void {
  exchange.answer(200, jsonHead(body.length), body);
}
