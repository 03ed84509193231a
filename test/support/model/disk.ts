import { MemoryHistoryStore } from '../../../src/adapters/memory/memory-history-store.js';
import type {
  AlertId,
  AlertRecord,
  CountedAlert,
  LastHold,
  UnnotifiedOf,
} from '../../../src/domain/alert.js';
import type { AlertRange } from '../../../src/ports/outbox.js';
import type { BlindInterval } from '../../../src/domain/blindness.js';
import type { Acknowledgement, Flip, Pause } from '../../../src/domain/node.js';
import type { NodeName } from '../../../src/domain/node-name.js';
import type { KeptProbeResults, NodeWithProbe } from '../../../src/domain/probe.js';
import type { EndedSession, OpenSession } from '../../../src/domain/session.js';
import type { RotaOverride } from '../../../src/domain/rota-override.js';
import type { SignIn } from '../../../src/domain/sign-in.js';
import type { Silence } from '../../../src/domain/silence.js';
import type { StatusIncident } from '../../../src/domain/status-incident.js';
import type { StatusPage } from '../../../src/domain/status-page.js';
import type { Instant } from '../../../src/domain/time.js';
import type { UptimeDay, UptimeMarks } from '../../../src/domain/uptime-day.js';
import type { UserId } from '../../../src/domain/user-id.js';
import { HeartbeatError } from '../../../src/errors.js';
import type { HistoryRecord } from '../../../src/ports/history-record.js';
import type {
  DiskUse,
  FlipRange,
  HistoryRange,
  HistoryStore,
  PingFacts,
  StoredNode,
  StoreSummary,
} from '../../../src/ports/history-store.js';

/** The outcome of a failed write: it had reached the disk, or not. */
export type Fate = 'kept' | 'dropped';

/**
 * A store that can be slow, refuse writes, and outlive its process. Each process has its own attachment; one
 * that was killed gets no more answers, and loses what it had not written.
 */
export class Disk {
  /** By partition. */
  readonly #inner = new Map<string | undefined, HistoryStore>();
  readonly #reborn: (partition: string | undefined) => HistoryStore;
  #attachments: Attachment[] = [];
  /** Calls to the inner store under way; simulated time waits for them. */
  busy = 0;
  #refuses: Fate | undefined;
  /** A store that refused a write refuses all until it is opened again. */
  #broken = false;
  #holds: Fate | undefined;
  #held: (() => void)[] = [];

  /** @param reborn opens the same data, as a new process does */
  constructor(reborn: (partition: string | undefined) => HistoryStore) {
    this.#reborn = reborn;
  }

  /** A disk with data that outlives processes. */
  static inMemory(): Disk {
    const memories = new Map<string | undefined, MemoryHistoryStore>();
    return new Disk((partition) => {
      const memory = memories.get(partition) ?? new MemoryHistoryStore();
      memories.set(partition, memory);
      return memory;
    });
  }

  get holds(): boolean {
    return this.#holds !== undefined;
  }

  attach(partition?: string): HistoryStore {
    const attachment = new Attachment(this, partition);
    this.#attachments.push(attachment);
    return attachment;
  }

  innerOf(partition: string | undefined): HistoryStore {
    const inner = this.#inner.get(partition) ?? this.#reborn(partition);
    this.#inner.set(partition, inner);
    return inner;
  }

  /** As a process does that starts. */
  async openAnew(partition: string | undefined): Promise<StoreSummary> {
    await this.#inner.get(partition)?.close();
    const inner = this.#reborn(partition);
    this.#inner.set(partition, inner);
    return inner.open();
  }

  /** The process has ended: its calls are not answered, and held writes are dropped. */
  async detach(): Promise<void> {
    for (const attachment of this.#attachments) attachment.severed = true;
    this.#attachments = [];
    this.#held = [];
    this.#holds = undefined;
    this.#broken = false;
    while (this.busy > 0) await turn();
    for (const inner of this.#inner.values()) await inner.close();
    this.#inner.clear();
  }

  /** Writes wait until `release`. */
  hold(fate: Fate): void {
    this.#holds = fate;
  }

  release(): void {
    this.#holds = undefined;
    const held = this.#held;
    this.#held = [];
    for (const go of held) go();
  }

  refuse(fate: Fate): void {
    this.#refuses = fate;
  }

  mend(): void {
    this.#refuses = undefined;
  }

  read<T>(work: () => Promise<T>): Promise<T> {
    return this.#busyWith(work());
  }

  async change<T>(severed: () => boolean, work: () => Promise<T>): Promise<T> {
    const holds = this.#holds;
    if (holds === 'dropped') await this.#untilReleased();
    if (severed()) return never();
    const refuses = this.#refuses ?? (this.#broken ? 'dropped' : undefined);
    if (refuses !== undefined) this.#broken = true;
    const done = refuses === 'dropped' ? undefined : { outcome: await this.#busyWith(work()) };
    if (holds === 'kept') await this.#untilReleased();
    if (severed()) return never();
    if (refuses !== undefined || done === undefined) throw refusal();
    return done.outcome;
  }

  async reopen(inner: HistoryStore): Promise<void> {
    if (this.#refuses !== undefined) throw refusal();
    await this.#busyWith(inner.reopen());
    this.#broken = false;
  }

  #untilReleased(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#holds === undefined) resolve();
      else this.#held.push(resolve);
    });
  }

  async #busyWith<T>(work: Promise<T>): Promise<T> {
    this.busy++;
    try {
      return await work;
    } finally {
      this.busy--;
    }
  }
}

/** The disk of one process. */
class Attachment implements HistoryStore {
  readonly #disk: Disk;
  readonly #partition: string | undefined;
  severed = false;
  readonly trouble = undefined;
  readonly damages = 0;

  constructor(disk: Disk, partition: string | undefined) {
    this.#disk = disk;
    this.#partition = partition;
  }

  /** The store of one partition, for the same process. */
  partition(id: string): HistoryStore {
    return this.#disk.attach(id);
  }

  get #inner(): HistoryStore {
    return this.#disk.innerOf(this.#partition);
  }

  checkPresence(): Promise<void> {
    return Promise.resolve();
  }

  checkFiles(): Promise<boolean> {
    return Promise.resolve(true);
  }

  open(): Promise<StoreSummary> {
    return this.#read(() => this.#disk.openAnew(this.#partition));
  }

  close(): Promise<void> {
    return this.#read((inner) => inner.close());
  }

  reopen(): Promise<void> {
    return this.severed ? never() : this.#disk.reopen(this.#inner);
  }

  write(batch: readonly HistoryRecord[]): Promise<void> {
    return this.#change((inner) => inner.write(batch));
  }

  erase(user: UserId): Promise<boolean> {
    return this.#change((inner) => inner.erase(user));
  }

  prune(before: Instant, limit: number): Promise<number> {
    return this.#change((inner) => inner.prune(before, limit));
  }

  openSessions(): AsyncIterable<readonly OpenSession[]> {
    return this.#iterate((inner) => inner.openSessions());
  }

  healedSince(): AsyncIterable<{ readonly generation: number; readonly users: readonly UserId[] }> {
    return this.#iterate((inner) => inner.healedSince());
  }

  sessions(user: UserId, range: HistoryRange): AsyncIterable<readonly EndedSession[]> {
    return this.#iterate((inner) => inner.sessions(user, range));
  }

  prunePings(most: number, limit: number): Promise<number> {
    return this.#change((inner) => inner.prunePings(most, limit));
  }

  pings(node: NodeName, before?: number): AsyncIterable<readonly PingFacts[]> {
    return this.#iterate((inner) => inner.pings(node, before));
  }

  pingBody(node: NodeName, n: number): Promise<Uint8Array | undefined> {
    return this.#read((inner) => inner.pingBody(node, n));
  }

  signIns(): AsyncIterable<readonly SignIn[]> {
    return this.#iterate((inner) => inner.signIns());
  }

  nodeOfPing(uuid: string): Promise<NodeName | undefined> {
    return this.#read((inner) => inner.nodeOfPing(uuid));
  }

  lastSession(user: UserId): Promise<EndedSession | undefined> {
    return this.#read((inner) => inner.lastSession(user));
  }

  blindIntervals(limit: number): Promise<readonly BlindInterval[]> {
    return this.#read((inner) => inner.blindIntervals(limit));
  }

  blindBetween(from: Instant, to: Instant): AsyncIterable<readonly BlindInterval[]> {
    return this.#iterate((inner) => inner.blindBetween(from, to));
  }

  pruneBlind(before: Instant, most: number, limit: number): Promise<number> {
    return this.#change((inner) => inner.pruneBlind(before, most, limit));
  }

  nodes(): AsyncIterable<readonly StoredNode[]> {
    return this.#iterate((inner) => inner.nodes());
  }

  nodeNames(after: NodeName | undefined, from?: string): AsyncIterable<readonly NodeName[]> {
    return this.#iterate((inner) => inner.nodeNames(after, from));
  }

  flips(node: NodeName, range: FlipRange): AsyncIterable<readonly Flip[]> {
    return this.#iterate((inner) => inner.flips(node, range));
  }

  pauses(node: NodeName): AsyncIterable<readonly Pause[]> {
    return this.#iterate((inner) => inner.pauses(node));
  }

  acknowledgements(
    node: NodeName,
    range: { readonly from: Instant; readonly to: Instant },
  ): AsyncIterable<readonly Acknowledgement[]> {
    return this.#iterate((inner) => inner.acknowledgements(node, range));
  }

  uptimeDays(
    node: NodeName,
    range: { readonly from: Instant; readonly to: Instant },
  ): AsyncIterable<readonly UptimeDay[]> {
    return this.#iterate((inner) => inner.uptimeDays(node, range));
  }

  probeResults(probed: readonly NodeWithProbe[]): Promise<readonly KeptProbeResults[]> {
    return this.#read((inner) => inner.probeResults(probed));
  }

  uptimeMarks(): Promise<UptimeMarks> {
    return this.#read((inner) => inner.uptimeMarks());
  }

  openAlerts(): AsyncIterable<readonly AlertRecord[]> {
    return this.#iterate((inner) => inner.openAlerts());
  }

  alerts(range: AlertRange): AsyncIterable<readonly AlertRecord[]> {
    return this.#iterate((inner) => inner.alerts(range));
  }

  counted(from: AlertId): AsyncIterable<readonly CountedAlert[]> {
    return this.#iterate((inner) => inner.counted(from));
  }

  notifiedLate(since: Instant): AsyncIterable<readonly AlertRecord[]> {
    return this.#iterate((inner) => inner.notifiedLate(since));
  }

  alert(id: AlertId): Promise<AlertRecord | undefined> {
    return this.#read((inner) => inner.alert(id));
  }

  statusPages(): AsyncIterable<readonly StatusPage[]> {
    return this.#iterate((inner) => inner.statusPages());
  }

  statusIncidents(): AsyncIterable<readonly StatusIncident[]> {
    return this.#iterate((inner) => inner.statusIncidents());
  }

  silences(): AsyncIterable<readonly Silence[]> {
    return this.#iterate((inner) => inner.silences());
  }

  overrides(): AsyncIterable<readonly RotaOverride[]> {
    return this.#iterate((inner) => inner.overrides());
  }

  unnotified(): AsyncIterable<readonly UnnotifiedOf[]> {
    return this.#iterate((inner) => inner.unnotified());
  }

  lastHold(): Promise<LastHold | undefined> {
    return this.#read((inner) => inner.lastHold());
  }

  pruneNodes(before: Instant, limit: number): Promise<number> {
    return this.#change((inner) => inner.pruneNodes(before, limit));
  }

  pruneAlerts(before: Instant, limit: number): Promise<number> {
    return this.#change((inner) => inner.pruneAlerts(before, limit));
  }

  free(): Promise<number | undefined> {
    return this.#read((inner) => inner.free());
  }

  diskUse(): Promise<DiskUse> {
    return this.#read((inner) => inner.diskUse());
  }

  reclaim(): Promise<void> {
    return this.#change((inner) => inner.reclaim());
  }

  backup(): undefined {
    return undefined;
  }

  countSessions(): number {
    return this.#inner.countSessions();
  }

  size(): Promise<number> {
    return this.#read((inner) => inner.size());
  }

  async #read<T>(work: (inner: HistoryStore) => Promise<T>): Promise<T> {
    const isSevered = (): boolean => this.severed;
    if (isSevered()) return never();
    const outcome = await this.#disk.read(() => work(this.#inner));
    return isSevered() ? never() : outcome;
  }

  async #change<T>(work: (inner: HistoryStore) => Promise<T>): Promise<T> {
    if (this.severed) return never();
    return this.#disk.change(
      () => this.severed,
      () => work(this.#inner),
    );
  }

  async *#iterate<T>(of: (inner: HistoryStore) => AsyncIterable<T>): AsyncIterable<T> {
    const chunks = await this.#read((inner) => Promise.resolve(of(inner)[Symbol.asyncIterator]()));
    try {
      for (;;) {
        const next = await this.#read(() => chunks.next());
        if (next.done === true) return;
        yield next.value;
      }
    } finally {
      await chunks.return?.();
    }
  }
}

function refusal(): HeartbeatError {
  return new HeartbeatError('HEARTBEAT_STORE_REFUSES', 'the disk is full');
}

function never<T>(): Promise<T> {
  return new Promise(() => undefined);
}

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
