import { createClient, type Client, type ConnectOptions } from './client.js';
import { browser } from './globals.js';

export type { Client, ClientEvents, ConnectOptions } from './client.js';
export { HeartbeatClientError } from './types.js';
export type { Change, Device, Meta, Status, User, UserId } from './types.js';
export type { Watch, WatchEvents } from './watch.js';

/**
 * Keeps this page's user online while it is open, and watches others.
 *
 * @throws TypeError or RangeError if an option is wrong
 */
export function connect(options: ConnectOptions): Client {
  return createClient(browser, options);
}
