import { REAL } from '../../client/api/client-environment.js';
import { settingsOf } from '../../client/api/client-options.js';
import { HeartbeatClient } from '../../client/api/heartbeat-client.js';
import { HttpCalls } from '../../client/api/http-calls.js';
import { inPath } from '../../client/api/ids.js';
import type { Seconds } from '../../domain/time.js';
import { reaching } from '../daemon/reaching.js';
import { RememberingReader } from './sent-json.js';

/** How often a failed call is repeated, if it may be: a person waits for the answer. */
const RETRIES = 2;

/** The daemon that a command talks to. */
export interface Daemon {
  readonly url: string;
  readonly client: HeartbeatClient;
  /** Calls by the names of the contract, for answers of which the client shows only a part. */
  readonly calls: HttpCalls<string>;
}

/**
 * @param timeout for an answer, and for each further part of a long one; as long as the client's if absent
 * @throws TypeError if the URL or the key is wrong
 */
export function daemonAt(url: string, key: string | undefined, timeout?: Seconds): Daemon {
  const way = reaching(url);
  const settings = settingsOf({ ...way, key, timeout, retries: RETRIES });
  const calls = new HttpCalls(settings, REAL, String, RememberingReader<string>);
  const client = new HeartbeatClient(settings, REAL, String, calls);
  return { url: way.fetch === undefined ? settings.url : url, client, calls };
}

/** The name of a node in the path of a call. */
export function nodeInPath(name: string): readonly string[] {
  return [inPath(name, 'HEARTBEAT_INVALID_NODE_NAME', 'invalid node name')];
}
