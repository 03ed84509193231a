import type { Response } from 'express';
import { Exchange } from './exchange.js';

/**
 * Keeps the exchange in Express's `response.locals`. A `WeakMap` would keep it until the next full collection, with a
 * whole batch: a collection of the young generation does not check whether keys are alive. See decision 48.
 */
export function attach(exchange: Exchange): void {
  Object.assign(exchange.response, { locals: { exchange } });
}

/** @throws TypeError if the response belongs to no exchange */
export function exchangeOf({ locals }: Response): Exchange {
  const exchange: unknown = locals['exchange'];
  if (exchange instanceof Exchange) return exchange;
  throw new TypeError('a response that belongs to no exchange');
}
