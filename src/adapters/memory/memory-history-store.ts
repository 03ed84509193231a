import { assertNever } from '../../domain/assert-never.js';
import type { AlertId, AlertRecord, CountedAlert, LastHold, UnnotifiedOf } from '../../domain/alert.js';
import type { BlindInterval } from '../../domain/blindness.js';
import type { Recovery } from '../../domain/recovery.js';
import type { Acknowledgement, Flip, Pause } from '../../domain/node.js';
import type { NodeName } from '../../domain/node-name.js';
import type { KeptProbeResults, NodeWithProbe } from '../../domain/probe.js';
import type { EndedSession, OpenSession } from '../../domain/session.js';
import type { OverrideId, RotaOverride } from '../../domain/rota-override.js';
import type { SignIn } from '../../domain/sign-in.js';
import type { Silence, SilenceId } from '../../domain/silence.js';
import type { StatusIncident, StatusIncidentId } from '../../domain/status-incident.js';
import type { StatusPage } from '../../domain/status-page.js';
import type { Instant } from '../../domain/time.js';
import { prunablePast, type UptimeDay, type UptimeMarks } from '../../domain/uptime-day.js';
import type { UserId } from '../../domain/user-id.js';
import type { ObservedTime } from '../../domain/observed-time.js';
import type { HistoryRecord, Membership } from '../../ports/history-record.js';
import type {
  FlipRange,
  HistoryRange,
  HistoryStore,
  PingFacts,
  StoredNode,
  StoreSummary,
  StoreTrouble,
} from '../../ports/history-store.js';
import type { AlertRange } from '../../ports/outbox.js';
import { Diskless } from './diskless.js';
import { MemoryAlerts } from './memory-alerts.js';
import { MemoryPings } from './memory-pings.js';
import { MemoryNodes } from './memory-nodes.js';
import { MemoryRecords } from './memory-records.js';
import { MemorySessions } from './memory-sessions.js';

const CHUNK = 500;

/** A history in memory, lost with the process. It survives `close`, so that tests can simulate a restart. */
export class MemoryHistoryStore extends Diskless implements HistoryStore {
  readonly #sessions = new MemorySessions();
  readonly #blind = new Map<string, BlindInterval>();
  #watermark: Instant | undefined;
  #aliveAt: Instant | undefined;
  #recovery: Recovery | undefined;
  readonly #nodes = new MemoryNodes();
  #observed: ObservedTime | undefined;
  readonly #alerts = new MemoryAlerts();
  readonly #silences = new MemoryRecords<Silence, SilenceId>(({ id }) => id);
  readonly #incidents = new MemoryRecords<StatusIncident, StatusIncidentId>(({ id }) => id);
  readonly #statusPages = new MemoryRecords<StatusPage, string>(({ slug }) => slug);
  readonly #overrides = new MemoryRecords<RotaOverride, OverrideId>(({ id }) => id);
  readonly #signIns = new MemoryRecords<SignIn, string>(({ hash }) => hash);
  #lastHold: LastHold | undefined;
  #membership: Membership | undefined;
  #hasTextIds = false;
  readonly #pings = new MemoryPings();
  readonly trouble: StoreTrouble | undefined;
  readonly damages: number = 0;

  open(): Promise<StoreSummary> {
    return Promise.resolve({
      watermark: this.#watermark,
      aliveAt: this.#aliveAt,
      recovery: this.#recovery,
      latestEnd: this.#sessions.latestEnd,
      observed: this.#observed,
      membership: this.#membership,
      hasTextIds: this.#hasTextIds,
      pingSecret: this.#pings.secret,
    });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  reopen(): Promise<void> {
    return Promise.resolve();
  }

  write(batch: readonly HistoryRecord[]): Promise<void> {
    for (const record of batch) this.#apply(record);
    return Promise.resolve();
  }

  #apply(record: HistoryRecord): void {
    switch (record.kind) {
      case 'opened':
      case 'unopened':
      case 'ended':
      case 'unended':
      case 'healed':
        this.#sessions.apply(record, this.#recovery?.generation ?? 0);
        return;
      case 'watermark':
        this.#watermark = record.at;
        this.#aliveAt = record.aliveAt ?? record.at;
        return;
      case 'recovered':
        this.#recovery = record.recovery;
        if (record.recovery.silent.length === 0) this.#sessions.forgetHealed();
        return;
      case 'blind':
        this.#blind.set(`${record.interval.from} ${record.interval.to}`, record.interval);
        return;
      case 'registered':
      case 'forgotten':
      case 'statuses':
      case 'flip':
      case 'paused':
      case 'acknowledged':
      case 'unacknowledged':
      case 'uptime_days':
      case 'probe_results':
        if (record.kind === 'forgotten') this.#pings.forget(record.node);
        this.#nodes.apply(record);
        return;
      case 'observed_time':
        this.#observed = record.observed;
        return;
      case 'alerts':
        this.#alerts.apply(record);
        return;
      case 'silences':
        this.#silences.change(record.silences, record.forgotten);
        return;
      case 'status_pages':
        this.#statusPages.change(record.pages, record.forgotten);
        break;
      case 'incidents':
        this.#incidents.change(record.incidents, record.forgotten);
        return;
      case 'overrides':
        this.#overrides.change(record.overrides, record.forgotten);
        return;
      case 'sign_ins':
        this.#signIns.change(record.signIns, record.forgotten);
        return;
      case 'held':
        this.#lastHold = record.hold;
        return;
      case 'membership':
        this.#membership = record.membership;
        return;
      case 'text_ids':
        this.#hasTextIds = true;
        return;
      case 'ping_secret':
      case 'ping_uuids':
      case 'pinged':
        this.#pings.apply(record);
        return;
      default:
        assertNever(record);
    }
  }

  async *openSessions(): AsyncIterable<readonly OpenSession[]> {
    yield* chunks(this.#sessions.open);
  }

  async *healedSince(): AsyncIterable<{ readonly generation: number; readonly users: readonly UserId[] }> {
    for (const healed of this.#sessions.healed) yield await Promise.resolve(healed);
  }

  lastSession(user: UserId): Promise<EndedSession | undefined> {
    return Promise.resolve(this.#sessions.last(user));
  }

  async *sessions(user: UserId, range: HistoryRange): AsyncIterable<readonly EndedSession[]> {
    yield* chunks(this.#sessions.within(user, range));
  }

  erase(user: UserId): Promise<boolean> {
    this.#sessions.erase(user);
    return Promise.resolve(true);
  }

  prune(before: Instant, limit: number): Promise<number> {
    return Promise.resolve(this.#sessions.prune(before, limit));
  }

  pruneNodes(before: Instant, limit: number): Promise<number> {
    return Promise.resolve(this.#nodes.prune(before, limit));
  }

  pruneAlerts(before: Instant, limit: number): Promise<number> {
    return Promise.resolve(this.#alerts.prune(before, limit));
  }

  pruneBlind(before: Instant, most: number, limit: number): Promise<number> {
    const { count, marks } = this.#nodes;
    const until = count === 0 ? before : (prunablePast(before, marks) ?? -Infinity);
    const oldestFirst = [...this.#blind].sort(([, a], [, b]) => a.from - b.from);
    const excess = oldestFirst.length - most;
    const old = oldestFirst.filter(([, { to }], index) => to < until || index < excess).slice(0, limit);
    for (const [key] of old) this.#blind.delete(key);
    return Promise.resolve(old.length);
  }

  openAlerts(): AsyncIterable<readonly AlertRecord[]> {
    return this.#alerts.open();
  }

  alerts(range: AlertRange): AsyncIterable<readonly AlertRecord[]> {
    return this.#alerts.within(range);
  }

  counted(from: AlertId): AsyncIterable<readonly CountedAlert[]> {
    return this.#alerts.counted(from);
  }

  notifiedLate(since: Instant): AsyncIterable<readonly AlertRecord[]> {
    return this.#alerts.notifiedLate(since);
  }

  alert(id: AlertId): Promise<AlertRecord | undefined> {
    return Promise.resolve(this.#alerts.get(id));
  }

  async *unnotified(): AsyncIterable<readonly UnnotifiedOf[]> {
    yield* chunks(this.#alerts.unnotified);
  }

  async *silences(): AsyncIterable<readonly Silence[]> {
    yield* chunks(this.#silences.all());
  }

  async *statusPages(): AsyncIterable<readonly StatusPage[]> {
    yield* chunks(this.#statusPages.all());
  }

  async *statusIncidents(): AsyncIterable<readonly StatusIncident[]> {
    yield* chunks(this.#incidents.all());
  }

  async *overrides(): AsyncIterable<readonly RotaOverride[]> {
    yield* chunks(this.#overrides.all());
  }

  async *signIns(): AsyncIterable<readonly SignIn[]> {
    yield* chunks(this.#signIns.all());
  }

  lastHold(): Promise<LastHold | undefined> {
    return Promise.resolve(this.#lastHold);
  }

  blindIntervals(limit: number): Promise<readonly BlindInterval[]> {
    const newestFirst = [...this.#blind.values()].sort((a, b) => b.from - a.from || b.to - a.to);
    return Promise.resolve(newestFirst.slice(0, limit));
  }

  async *blindBetween(from: Instant, to: Instant): AsyncIterable<readonly BlindInterval[]> {
    const within = [...this.#blind.values()].filter((one) => one.from < to && one.to > from);
    yield* chunks(within.sort((a, b) => a.from - b.from));
  }

  async *nodes(): AsyncIterable<readonly StoredNode[]> {
    const withJob = (stored: StoredNode): StoredNode => {
      const job = this.#pings.jobOf(stored.node.name);
      return job === undefined ? stored : { ...stored, job };
    };
    yield* chunks(this.#nodes.all().map(withJob));
  }

  async *nodeNames(after: NodeName | undefined, from?: string): AsyncIterable<readonly NodeName[]> {
    yield* chunks(this.#nodes.names(after, from));
  }

  async *flips(node: NodeName, range: FlipRange): AsyncIterable<readonly Flip[]> {
    yield* chunks(this.#nodes.flips(node, range));
  }

  async *pauses(node: NodeName): AsyncIterable<readonly Pause[]> {
    yield* chunks(this.#nodes.pauses(node));
  }

  async *acknowledgements(
    node: NodeName,
    range: { readonly from: Instant; readonly to: Instant },
  ): AsyncIterable<readonly Acknowledgement[]> {
    yield* chunks(this.#nodes.acknowledgements(node, range));
  }

  async *uptimeDays(
    node: NodeName,
    range: { readonly from: Instant; readonly to: Instant },
  ): AsyncIterable<readonly UptimeDay[]> {
    yield* chunks(this.#nodes.uptimeDays(node, range));
  }

  uptimeMarks(): Promise<UptimeMarks> {
    return Promise.resolve(this.#nodes.marks);
  }

  probeResults(probed: readonly NodeWithProbe[]): Promise<readonly KeptProbeResults[]> {
    return Promise.resolve(this.#nodes.probeResults(probed));
  }

  nodeOfPing(uuid: string): Promise<NodeName | undefined> {
    return Promise.resolve(this.#pings.nodeOf(uuid));
  }

  prunePings(most: number, limit: number): Promise<number> {
    return Promise.resolve(this.#pings.prune(most, limit));
  }

  async *pings(node: NodeName, before?: number): AsyncIterable<readonly PingFacts[]> {
    yield* chunks(this.#pings.of(node, before));
  }

  pingBody(node: NodeName, n: number): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.#pings.bodyOf(node, n));
  }

  countSessions(): number {
    return this.#sessions.count();
  }
}

async function* chunks<Item>(all: readonly Item[]): AsyncGenerator<readonly Item[]> {
  for (let at = 0; at < all.length; at += CHUNK) yield await Promise.resolve(all.slice(at, at + CHUNK));
}
