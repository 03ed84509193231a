import { Pool } from 'undici';

import { retryAfterOf } from '../domain/retry-after.js';
import type { UserId } from '../domain/user-id.js';
import {
  parseJson,
  readCheckedMany,
  readCheckup,
  readTakenMany,
  readHeartRhythm,
  readStatus,
  type CheckedMany,
  type Checkup,
  type TakenMany,
  type HeartRhythm,
} from './answers.js';
import { HeartbeatAnswerError, HeartbeatUnreachableError } from './errors.js';
import { UserBatch } from './user-batch.js';
import type { Millis, Seconds } from '../domain/time.js';

export interface HeartbeatClientOptions {
  /** A key of the daemon, or a user token. */
  readonly key?: string;
  /** The most connections. Each is kept alive and carries one request at a time; other calls wait. Default 10. */
  readonly connections?: number;
  /** How long to wait for a connection, and for an answer to begin. Default 10 s. */
  readonly timeoutMs?: Millis;
}

/** Which part of a history to read, in Unix seconds. Sessions that overlap the range are returned. */
export interface HistoryRange {
  readonly from?: number;
  readonly to?: number;
  readonly limit?: number;
  readonly cursor?: string;
  readonly order?: 'asc' | 'desc';
}

type Method = 'GET' | 'PUT' | 'POST' | 'DELETE';

interface Answer {
  readonly status: number;
  readonly body: string;
  /** How long to make no call, if it says so. */
  readonly retryAfter: Seconds | undefined;
}

/**
 * Calls a running daemon. Every call rejects with a {@link HeartbeatAnswerError} for an unexpected response, and with a
 * {@link HeartbeatUnreachableError} if there is none.
 */
export class HeartbeatClient {
  readonly url: string;
  readonly #pool: Pool;
  readonly #prefix: string;
  readonly #headers: Readonly<Record<string, string>>;

  /** @param url where the daemon listens, such as `http://127.0.0.1:3519`; its path is put before that of each call */
  constructor(url: string, options: HeartbeatClientOptions = {}) {
    const { connections = 10, timeoutMs = 10_000, key } = options;
    const { origin, pathname } = new URL(url);
    this.url = url;
    this.#prefix = pathname.replace(/\/+$/, '');
    this.#headers = key === undefined ? {} : { authorization: `Bearer ${key}` };
    this.#pool = new Pool(origin, {
      connections,
      pipelining: 1,
      connectTimeout: timeoutMs,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    });
  }

  /** Holds the user online for another session timeout. */
  async heal(user: UserId): Promise<'online'> {
    const path = `/heal/${user}`;
    const body = await this.#call('PUT', path);
    if (readStatus(body) !== 'online') throw new HeartbeatAnswerError(`PUT ${path}`, 200, body);
    return 'online';
  }

  /** Holds all of them online for another session timeout, except those that it returns as rejected. */
  async healMany(users: readonly UserId[] | UserBatch): Promise<TakenMany> {
    const body = await this.#call('POST', '/heal', UserBatch.of(users).body);
    return readTakenMany(body) ?? unexpected('POST /heal', body);
  }

  /** Ends the user's session now. It is on disk when this resolves. */
  async goodbye(user: UserId): Promise<'offline'> {
    const path = `/heal/${user}`;
    const body = await this.#call('DELETE', path);
    if (readStatus(body) !== 'offline') throw new HeartbeatAnswerError(`DELETE ${path}`, 200, body);
    return 'offline';
  }

  async checkup(user: UserId): Promise<Checkup> {
    const path = `/checkup/${user}`;
    const body = await this.#call('GET', path);
    return readCheckup(body) ?? unexpected(`GET ${path}`, body);
  }

  async checkupMany(users: readonly UserId[] | UserBatch): Promise<CheckedMany> {
    const body = await this.#call('POST', '/checkup', UserBatch.of(users).body);
    return readCheckedMany(body) ?? unexpected('POST /checkup', body);
  }

  /** The user's sessions, including the current one. Oldest first by default. */
  async heartRhythm(user: UserId, range: HistoryRange = {}): Promise<HeartRhythm> {
    const path = `/heart_rhythm/${user}${queryOf(range)}`;
    const body = await this.#call('GET', path);
    return readHeartRhythm(body) ?? unexpected(`GET ${path}`, body);
  }

  /** Sends a heartbeat. The first one of a name registers it. */
  async heartbeat(node: string): Promise<void> {
    await this.#call('PUT', `${nodePath(node)}/heartbeat`);
  }

  /** Sends heartbeats for all of them, except those that it returns as rejected. */
  async heartbeats(nodes: readonly string[]): Promise<TakenMany> {
    const body = await this.#call('POST', '/nodes/heartbeats', Buffer.from(JSON.stringify(nodes)));
    return readTakenMany(body) ?? unexpected('POST /nodes/heartbeats', body);
  }

  /**
   * Registers a node, or changes its settings.
   *
   * @param settings as `PUT /nodes/:name` takes them; an absent one is not changed
   */
  async register(node: string, settings: Readonly<Record<string, unknown>> = {}): Promise<void> {
    await this.#call('PUT', nodePath(node), Buffer.from(JSON.stringify(settings)), [200, 201]);
  }

  /** Reports a node's failure. @param reason up to 10,000 bytes */
  async fail(node: string, reason?: string): Promise<void> {
    const content = reason === undefined ? null : Buffer.from(JSON.stringify({ reason }));
    await this.#call('POST', `${nodePath(node)}/fail`, content);
  }

  /** The daemon's state, as parsed JSON. Its fields depend on the version. */
  async supervision(): Promise<unknown> {
    const body = await this.#call('GET', '/supervision');
    return parseJson(body) ?? unexpected('GET /supervision', body);
  }

  /** Waits for the calls under way, then closes the connections. */
  async close(): Promise<void> {
    await this.#pool.close();
  }

  async #call(
    method: Method,
    path: string,
    content: Buffer | null = null,
    good: readonly number[] = [200],
  ): Promise<string> {
    const answer = await this.#exchange(method, path, content);
    if (!good.includes(answer.status))
      throw new HeartbeatAnswerError(`${method} ${path}`, answer.status, answer.body, answer.retryAfter);
    return answer.body;
  }

  async #exchange(method: Method, path: string, content: Buffer | null): Promise<Answer> {
    try {
      const request = { method, path: this.#prefix + path, body: content, headers: this.#headers };
      const { statusCode, headers, body } = await this.#pool.request(request);
      const retryAfter = retryAfterOf(headerOf(headers['retry-after']), headerOf(headers.date), Date.now());
      return { status: statusCode, body: await body.text(), retryAfter };
    } catch (cause) {
      throw new HeartbeatUnreachableError(`${method} ${path}`, this.url, cause);
    }
  }
}

function headerOf(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : value?.[0];
}

function nodePath(node: string): string {
  return `/nodes/${encodeURIComponent(node)}`;
}

function unexpected(call: string, body: string): never {
  throw new HeartbeatAnswerError(call, 200, body);
}

function queryOf(range: HistoryRange): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(range)) {
    if (value !== undefined) query.set(name, String(value));
  }
  return query.size === 0 ? '' : `?${query.toString()}`;
}
