import type { Response } from 'express';
import { Exchange } from './exchange.js';

/**
 * Leaves the exchange where Express keeps what belongs to one request. A `WeakMap` would keep it until the next full
 * collection, and with it all of a batch: a collection of the young generation does not ask whether a key still lives.
 */
export function attach(exchange: Exchange): void {
  Object.assign(exchange.response, { locals: { exchange } });
}

/** @throws TypeError for a response that belongs to no exchange */
export function exchangeOf({ locals }: Response): Exchange {
  const exchange: unknown = locals['exchange'];
  if (exchange instanceof Exchange) return exchange;
  throw new TypeError('a response that belongs to no exchange');
}
