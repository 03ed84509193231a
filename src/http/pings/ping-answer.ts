import type { Exchange } from '../server/exchange.js';

const TEXT: readonly string[] = [
  'content-type',
  'text/plain; charset=utf-8',
  'cache-control',
  'max-age=0, no-cache, no-store, must-revalidate, private',
];

/** A word in plain text. */
export interface PingAnswer {
  readonly status: number;
  readonly text: string;
}

/** @param kept how much is kept of a body, in bytes */
export function answerPing(exchange: Exchange, { status, text }: PingAnswer, kept: number): void {
  // It has counted, whatever state the client has seen before.
  exchange.precondition = undefined;
  const counted = status < 300 ? ['access-control-allow-origin', '*', 'ping-body-limit', String(kept)] : [];
  exchange.answer(status, [...TEXT, ...counted, 'content-length', String(text.length)], text);
}
