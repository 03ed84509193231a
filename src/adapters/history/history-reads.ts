import type { AlertId, AlertRecord, CountedAlert, LastHold, UnnotifiedOf } from '../../domain/alert.js';
import type { BlindInterval } from '../../domain/blindness.js';
import type { EndedSession, OpenSession } from '../../domain/session.js';
import type { RotaOverride } from '../../domain/rota-override.js';
import type { SignIn } from '../../domain/sign-in.js';
import type { Silence } from '../../domain/silence.js';
import type { StatusIncident } from '../../domain/status-incident.js';
import type { StatusPage } from '../../domain/status-page.js';
import type { Instant } from '../../domain/time.js';
import type { UptimeDay, UptimeMarks } from '../../domain/uptime-day.js';
import type { Acknowledgement, Flip, Pause } from '../../domain/node.js';
import type { NodeName } from '../../domain/node-name.js';
import type { KeptProbeResults, NodeWithProbe } from '../../domain/probe.js';
import type { UserId } from '../../domain/user-id.js';
import type {
  FlipRange,
  HistoryRange,
  PingFacts,
  StoredNode,
  StoreSummary,
} from '../../ports/history-store.js';
import type { OrderedStore, StorePlace } from '../../ports/ordered-store.js';
import type { AlertRange } from '../../ports/outbox.js';
import {
  alertOf,
  alertsNotifiedLate,
  alertsWithin,
  countedAlerts,
  openAlerts,
  storedUnnotified,
} from './alerts.js';
import { BackupText } from './backup/backup-text.js';
import { isSound } from './checksum.js';
import { VERSION_KEY } from './format.js';
import { blindnessBetween, storedBlindness } from './blindness.js';
import { incidentRecords } from './incident-codec.js';
import { readLastHold, type Ledger } from './meta.js';
import { nodeNames, storedAcknowledgements, storedFlips, storedNodes, storedPauses } from './nodes.js';
import { overrideRecords } from './override-codec.js';
import { lastSessionOf, sessionsWithin, storedHealed, storedOpenSessions } from './sessions.js';
import { storedBody, storedPings } from './pings.js';
import { signInRecords } from './sign-in-codec.js';
import { silenceRecords } from './silence-codec.js';
import { statusPageRecords } from './status-page-codec.js';
import { nodeOfPingFrom, pingUuidKey } from './ping-codec.js';
import { storedProbeResults } from './probe-results-codec.js';
import { get } from './sealed-store.js';
import { damagedError, DamagedRecord } from './store-errors.js';
import type { StoreHealth } from './store-health.js';
import { storedUptimeDays } from './uptime-codec.js';

/** An open store and what is known about its contents. */
export interface Opened {
  readonly store: OrderedStore;
  readonly summary: StoreSummary;
  /** The facts that are true of what is on disk. */
  ledger: Ledger;
}

/** Reads what is stored, and tells the store's health of what cannot be read. */
export abstract class HistoryReads {
  readonly #place: StorePlace;
  readonly #acceptDataLoss: boolean;
  protected readonly health: StoreHealth;

  /** @param place of the store, for messages */
  constructor(place: StorePlace, health: StoreHealth, acceptDataLoss: boolean) {
    this.#place = place;
    this.health = health;
    this.#acceptDataLoss = acceptDataLoss;
  }

  /** Waits while the store is opened again. */
  protected abstract opened(): Promise<Opened>;

  openAlerts(): AsyncIterable<readonly AlertRecord[]> {
    return this.#counted('openAlerts', 'open alerts', openAlerts);
  }

  alerts(range: AlertRange): AsyncIterable<readonly AlertRecord[]> {
    return this.#reading((store) => alertsWithin(store, range));
  }

  counted(from: AlertId): AsyncIterable<readonly CountedAlert[]> {
    return this.#reading((store) => countedAlerts(store, from));
  }

  notifiedLate(since: Instant): AsyncIterable<readonly AlertRecord[]> {
    return this.#reading((store) => alertsNotifiedLate(store, since));
  }

  alert(id: AlertId): Promise<AlertRecord | undefined> {
    return this.read((store) => alertOf(store, id));
  }

  unnotified(): AsyncIterable<readonly UnnotifiedOf[]> {
    return this.#reading(storedUnnotified);
  }

  silences(): AsyncIterable<readonly Silence[]> {
    return this.#reading((store) => silenceRecords.stored(store));
  }

  statusPages(): AsyncIterable<readonly StatusPage[]> {
    return this.#reading((store) => statusPageRecords.stored(store));
  }

  statusIncidents(): AsyncIterable<readonly StatusIncident[]> {
    return this.#reading((store) => incidentRecords.stored(store));
  }

  overrides(): AsyncIterable<readonly RotaOverride[]> {
    return this.#reading((store) => overrideRecords.stored(store));
  }

  signIns(): AsyncIterable<readonly SignIn[]> {
    return this.#reading((store) => signInRecords.stored(store));
  }

  lastHold(): Promise<LastHold | undefined> {
    return this.read((store) => readLastHold(store, this.#place));
  }

  openSessions(): AsyncIterable<readonly OpenSession[]> {
    return this.#counted('open', 'open sessions', storedOpenSessions);
  }

  healedSince(): AsyncIterable<{ readonly generation: number; readonly users: readonly UserId[] }> {
    return this.#reading((store) => storedHealed(store));
  }

  lastSession(user: UserId): Promise<EndedSession | undefined> {
    return this.read((store) => lastSessionOf(store, user));
  }

  sessions(user: UserId, range: HistoryRange): AsyncIterable<readonly EndedSession[]> {
    return this.#reading((store) => sessionsWithin(store, user, range));
  }

  blindIntervals(limit: number): Promise<readonly BlindInterval[]> {
    return this.read((store) => storedBlindness(store, limit));
  }

  blindBetween(from: Instant, to: Instant): AsyncIterable<readonly BlindInterval[]> {
    return this.#reading((store) => blindnessBetween(store, from, to));
  }

  nodes(): AsyncIterable<readonly StoredNode[]> {
    return this.#counted('nodes', 'nodes', (store) => storedNodes(store, this.#place));
  }

  nodeNames(after: NodeName | undefined, from?: string): AsyncIterable<readonly NodeName[]> {
    return this.#reading((store) => nodeNames(store, after, from));
  }

  flips(node: NodeName, range: FlipRange): AsyncIterable<readonly Flip[]> {
    return this.#reading((store) => storedFlips(store, node, range));
  }

  pauses(node: NodeName): AsyncIterable<readonly Pause[]> {
    return this.#reading((store) => storedPauses(store, node));
  }

  acknowledgements(
    node: NodeName,
    range: { readonly from: Instant; readonly to: Instant },
  ): AsyncIterable<readonly Acknowledgement[]> {
    return this.#reading((store) => storedAcknowledgements(store, node, range));
  }

  uptimeDays(
    node: NodeName,
    range: { readonly from: Instant; readonly to: Instant },
  ): AsyncIterable<readonly UptimeDay[]> {
    return this.#reading((store) => storedUptimeDays(store, node, range));
  }

  async uptimeMarks(): Promise<UptimeMarks> {
    return (await this.opened()).ledger.uptime;
  }

  probeResults(probed: readonly NodeWithProbe[]): Promise<readonly KeptProbeResults[]> {
    return this.read((store) =>
      storedProbeResults(store, probed, (error) => {
        this.health.damaged(error);
      }),
    );
  }

  nodeOfPing(uuid: string): Promise<NodeName | undefined> {
    return this.read(async (store) => {
      const value = await get(store, pingUuidKey(uuid));
      return value === undefined ? undefined : nodeOfPingFrom(value);
    });
  }

  pings(node: NodeName, before?: number): AsyncIterable<readonly PingFacts[]> {
    return this.#reading((store) => storedPings(store, node, before));
  }

  pingBody(node: NodeName, n: number): Promise<Buffer | undefined> {
    return this.read((store) => storedBody(store, node, n));
  }

  backup(at: Instant): AsyncIterable<string> {
    return this.#reading((store) => this.#backup(store, at));
  }

  async *#backup(store: OrderedStore, at: Instant): AsyncIterable<string> {
    const text = new BackupText();
    let head = text.head();
    for await (const chunk of store.snapshot()) {
      for (const [key, value] of chunk)
        if (!key.equals(VERSION_KEY) && !isSound(key, value)) this.health.damaged(new DamagedRecord(key));
      yield head + text.lines(chunk);
      head = '';
    }
    yield head + text.end(at);
  }

  protected async read<Found>(read: (store: OrderedStore) => Promise<Found>): Promise<Found> {
    const { store } = await this.opened();
    try {
      return await read(store);
    } catch (error) {
      throw this.health.failed(error);
    }
  }

  async *#reading<Found>(read: (store: OrderedStore) => AsyncIterable<Found>): AsyncIterable<Found> {
    const { store } = await this.opened();
    try {
      yield* read(store);
    } catch (error) {
      throw this.health.failed(error);
    }
  }

  /** Reads all of one kind, and compares their number with the stored count. */
  async *#counted<Found>(
    count: 'nodes' | 'open' | 'openAlerts',
    what: string,
    read: (store: OrderedStore) => AsyncIterable<readonly Found[]>,
  ): AsyncIterable<readonly Found[]> {
    const opened = await this.opened();
    const { ledger } = opened;
    let found = 0;
    for await (const chunk of this.#reading(read)) {
      found += chunk.length;
      yield chunk;
    }
    // Changes meanwhile make the comparison meaningless.
    if (opened.ledger[count] !== ledger[count]) return;
    const stored = ledger[count];
    if (found === stored) return;
    // An end is counted without checking whether its session was open, which would cost as much as storing it. If it
    // was not, the count is too low, and nothing is lost.
    if (stored === undefined || (count === 'open' && found > stored)) {
      if (opened.ledger === ledger) ledger[count] = found;
      return;
    }
    const reason = `${String(found)} ${what} are stored of ${String(stored)}`;
    const error = damagedError(this.#place, undefined, reason, true);
    this.health.damaged(error);
    if (!this.#acceptDataLoss) throw error;
  }
}
