import type { StoredJob } from '../../domain/job.js';
import type { NodeName } from '../../domain/node-name.js';
import type { KeptPing } from '../../domain/ping.js';
import type { HistoryRecord } from '../../ports/history-record.js';
import type { PingFacts } from '../../ports/history-store.js';

type PingRecord = Extract<HistoryRecord, { readonly kind: 'ping_secret' | 'ping_uuids' | 'pinged' }>;

/** Pings of one node that are kept, and about what one takes besides its body. */
const KEPT = 100;
const OVERHEAD = 200;

/** The pings of a store in memory. */
export class MemoryPings {
  secret: Uint8Array | undefined;
  readonly #uuids = new Map<string, NodeName>();
  readonly #jobs = new Map<NodeName, StoredJob>();
  readonly #pings = new Map<NodeName, Map<number, KeptPing>>();

  apply(record: PingRecord): void {
    if (record.kind === 'ping_secret') this.secret = record.secret;
    else if (record.kind === 'pinged') this.#pinged(record);
    else
      for (const { uuid, node } of record.uuids) {
        if (node === undefined) this.#uuids.delete(uuid);
        else this.#uuids.set(uuid, node);
      }
  }

  #pinged({ node, job, ping }: Extract<PingRecord, { readonly kind: 'pinged' }>): void {
    this.#jobs.set(node, job);
    if (ping === undefined) return;
    const pings = this.#pings.get(node) ?? new Map<number, KeptPing>();
    this.#pings.set(node, pings.set(ping.n, ping));
    for (const n of pings.keys()) if (n <= ping.n - KEPT) pings.delete(n);
  }

  forget(node: NodeName): void {
    this.#jobs.delete(node);
    this.#pings.delete(node);
  }

  nodeOf(uuid: string): NodeName | undefined {
    return this.#uuids.get(uuid);
  }

  jobOf(node: NodeName): StoredJob | undefined {
    return this.#jobs.get(node);
  }

  /** Newest first. */
  of(node: NodeName, before = Infinity): PingFacts[] {
    return [...(this.#pings.get(node)?.values() ?? [])]
      .filter(({ n }) => n < before)
      .sort((one, other) => other.n - one.n)
      .map(({ body: _, ...facts }) => facts);
  }

  bodyOf(node: NodeName, n: number): Uint8Array | undefined {
    const ping = this.#pings.get(node)?.get(n);
    return ping && Buffer.from(ping.body);
  }

  prune(most: number, limit: number): number {
    const oldestFirst = [...this.#pings.values()]
      .flatMap((pings) => [...pings.values()].map((ping) => ({ pings, ping })))
      .sort((one, other) => one.ping.at - other.ping.at);
    let bytes = oldestFirst.reduce((sum, { ping }) => sum + OVERHEAD + ping.body.length, 0);
    let removed = 0;
    for (const { pings, ping } of oldestFirst) {
      if (bytes <= most || removed === limit) break;
      pings.delete(ping.n);
      bytes -= OVERHEAD + ping.body.length;
      removed++;
    }
    return removed;
  }
}
