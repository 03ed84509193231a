import { settingsOf, type ClientOptions } from '../../../src/client/api/client-options.js';
import type { ClientEnvironment } from '../../../src/client/api/client-environment.js';
import { HeartbeatClient } from '../../../src/client/api/heartbeat-client.js';
import { HeartbeatRequestError } from '../../../src/client/api/request-error.js';

/** A client that does not wait between attempts, and how long it would have waited. */
export interface ImpatientClient {
  readonly client: HeartbeatClient;
  readonly waits: number[];
}

export function impatient(
  options: ClientOptions,
  environment: Partial<ClientEnvironment> = {},
): ImpatientClient {
  const waits: number[] = [];
  const wait: ClientEnvironment['wait'] = (time, signal) => {
    waits.push(time);
    signal?.throwIfAborted();
    return Promise.resolve();
  };
  const known = { wait, random: () => 0.5, silenceMs: 45_000, ...environment };
  return { client: new HeartbeatClient(settingsOf(options), known, String), waits };
}

/** The error of a call that fails. */
export async function errorOf(call: Promise<unknown>): Promise<HeartbeatRequestError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof HeartbeatRequestError) return error;
    throw error;
  }
  throw new TypeError('the call did not fail');
}

/** All elements of an async iterable. */
export async function all<T>(list: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const each of list) found.push(each);
  return found;
}
