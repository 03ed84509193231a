import { z } from 'zod';
import { toMillis, type Millis, type Seconds } from '../../domain/time.js';
import type { Cancel, Clock } from '../../ports/clock.js';
import type {
  Condition,
  Coordination,
  KeyChange,
  KeyState,
  Lease,
  Renewal,
  Snapshot,
} from '../../ports/coordination.js';
import { Gateway, type EtcdTls } from './gateway.js';

/** From the end of a watch to the next one. */
const AGAIN: Millis = 200;

/** 64-bit integers are texts, and whatever is zero is left out. */
const integer = z.coerce.number().default(0);
const id = z.string();
const base64 = z.base64().default('').transform(text);
const header = z.object({ revision: integer, raft_term: integer });
const granted = z.object({ ID: id, TTL: integer });
const renewed = z.object({ header, TTL: integer });
const committed = z.object({ header, succeeded: z.boolean().default(false) });
const pair = z.object({
  key: base64,
  value: base64,
  create_revision: integer,
  mod_revision: integer,
  lease: id.optional(),
});
const range = z.object({ header, kvs: z.array(pair).default([]) });
const anything = z.unknown();

export interface EtcdOptions {
  /** URLs of the members. */
  readonly endpoints: readonly string[];
  /** What the keys of this cluster begin with, such as `/heartbeat`. */
  readonly prefix: string;
  /** If absent, endpoints by HTTPS are checked by the authorities that Node knows. */
  readonly tls?: EtcdTls;
  readonly clock: Pick<Clock, 'after'>;
}

/** etcd, version 3.4 or later. */
export class EtcdCoordination implements Coordination {
  readonly #options: EtcdOptions;
  readonly #prefix: string;
  #gateway: Promise<Gateway> | undefined;

  constructor(options: EtcdOptions) {
    this.#options = options;
    this.#prefix = `${options.prefix}/`;
  }

  async grant(ttl: Seconds, signal: AbortSignal): Promise<Lease> {
    const lease = await this.#call('lease/grant', { TTL: ttl }, granted, signal);
    return { id: lease.ID, ttl: toMillis(lease.TTL) };
  }

  async renew(lease: string, signal: AbortSignal): Promise<Renewal> {
    const { TTL, header: of } = await this.#call('lease/keepalive', { ID: lease }, renewed, signal);
    return { ttl: toMillis(TTL), term: of.raft_term };
  }

  async revoke(lease: string, signal: AbortSignal): Promise<void> {
    await this.#call('lease/revoke', { ID: lease }, anything, signal);
  }

  async read(signal: AbortSignal): Promise<Snapshot> {
    const { header: of, kvs } = await this.#call('kv/range', this.#all, range, signal);
    const keys = kvs.map((each): [string, KeyState] => [
      each.key.slice(this.#prefix.length),
      { value: each.value, created: each.create_revision, modified: each.mod_revision, lease: each.lease },
    ]);
    return { revision: of.revision, term: of.raft_term, keys: new Map(keys) };
  }

  async commit(
    conditions: readonly Condition[],
    changes: readonly KeyChange[],
    signal: AbortSignal,
  ): Promise<number | undefined> {
    const transaction = {
      compare: conditions.map((condition) => ({
        key: this.#encoded(condition.key),
        result: 'EQUAL',
        ...('created' in condition
          ? { target: 'CREATE', create_revision: condition.created }
          : { target: 'MOD', mod_revision: condition.modified }),
      })),
      success: changes.map(({ key, value, lease }) =>
        value === undefined
          ? { request_delete_range: { key: this.#encoded(key) } }
          : { request_put: { key: this.#encoded(key), value: encode(value), ...(lease && { lease }) } },
      ),
    };
    const { succeeded, header: of } = await this.#call('kv/txn', transaction, committed, signal);
    return succeeded ? of.revision : undefined;
  }

  watch(changed: () => void): Cancel {
    const { clock } = this.#options;
    const controller = new AbortController();
    let cancel: Cancel | undefined;
    const watch = async (attempt: number): Promise<void> => {
      try {
        const gateway = await this.#opened();
        // The first answer says that the watch has begun: what changed before it may have been missed.
        await gateway.follow(attempt, 'watch', { create_request: this.#all }, changed, controller.signal);
      } catch {
        // However it ended, the next endpoint is asked.
      }
      if (!controller.signal.aborted) cancel = clock.after(AGAIN, () => void watch(attempt + 1));
    };
    void watch(0);
    return () => {
      cancel?.();
      controller.abort();
    };
  }

  async close(): Promise<void> {
    await (await this.#gateway)?.close();
  }

  async #call<Answer>(
    path: string,
    body: object,
    schema: z.ZodType<Answer>,
    signal: AbortSignal,
  ): Promise<Answer> {
    return (await this.#opened()).call(path, body, schema, signal);
  }

  #opened(): Promise<Gateway> {
    const { endpoints, tls = { ca: undefined, client: undefined } } = this.#options;
    return (this.#gateway ??= Gateway.open(endpoints, tls));
  }

  /** All keys of the cluster: from the prefix to the first key behind it. */
  get #all(): object {
    const behind = Buffer.from(this.#prefix);
    behind[behind.length - 1] = '/'.charCodeAt(0) + 1;
    return { key: encode(this.#prefix), range_end: behind.toString('base64') };
  }

  #encoded(key: string): string {
    return encode(`${this.#prefix}${key}`);
  }
}

function encode(value: string): string {
  return Buffer.from(value).toString('base64');
}

function text(value: string): string {
  return Buffer.from(value, 'base64').toString();
}
