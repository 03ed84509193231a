import { decide as decideNode } from '../../actors/node/node.machine.js';
import type { NodeReply, NodeRequest } from '../../actors/node/node.protocol.js';
import type { Alerting } from '../../actors/notifier/notifier.protocol.js';
import { decide } from '../../actors/user/user.machine.js';
import type { ExitSignal } from '../../actors/supervisor/child-spec.js';
import type { UserCommand, UserReply } from '../../actors/user/user.protocol.js';
import { ALWAYS_OWNED } from '../../src/adapters/ownership/always-owned.js';
import { App } from '../../src/app.js';
import { loadConfig } from '../../src/config/load-config.js';
import type { Config } from '../../src/config/schema.js';
import type { Declaration } from '../../src/domain/declaration.js';
import type { NodeName } from '../../src/domain/node-name.js';
import type { Flip } from '../../src/domain/node.js';
import type { Session } from '../../src/domain/session.js';
import type { Millis } from '../../src/domain/time.js';
import type { UserId } from '../../src/domain/user-id.js';
import type { Channel } from '../../src/ports/channel.js';
import type { Memory } from '../../src/ports/memory.js';
import type { Ownership } from '../../src/ports/ownership.js';
import type { StartProber } from '../../src/ports/prober.js';
import type { FlipRange, HistoryRange, HistoryStore } from '../../src/ports/history-store.js';
import { sliceOf } from './partition-stores.js';
import { PARTITION_IDS, PARTITIONS } from './partitions.js';
import { RecordingLogger } from './recording-logger.js';
import { SimulatedClock } from './simulated-clock.js';
import { storeUnderTest } from './store-under-test.js';

/** Requests that need no more than defaults. */
type PlainKind = Exclude<NodeRequest['kind'], 'declare'>;

/** The default configuration with these flags. */
export function configOf(flags: Readonly<Record<string, string>> = {}): Config {
  const loaded = loadConfig({ flags, env: {}, cwd: '/', isTerminal: false });
  if (!loaded.ok) throw new TypeError(loaded.problems.join('\n'));
  return loaded.config;
}

export interface SimulationOptions {
  readonly flags?: Readonly<Record<string, string>>;
  readonly store?: HistoryStore;
  /** A store for each partition, instead of slices of one. */
  readonly storeOf?: (partition: string | undefined) => HistoryStore;
  readonly clock?: SimulatedClock;
  readonly decideUser?: typeof decide;
  readonly decideNode?: typeof decideNode;
  readonly alerting?: Alerting;
  readonly channels?: readonly Channel[];
  readonly declaration?: Declaration;
  readonly memory?: Memory;
  readonly acceptsDataLoss?: boolean;
  readonly ownership?: Ownership;
  readonly startProber?: StartProber;
  /** How long the gateway takes to close: it waits for slow requests and for sockets. */
  readonly closesIn?: Millis;
  /** Called at each start of the gateway, which takes until this resolves, and fails if it throws. */
  readonly gatewayStarts?: (exitSignal: ExitSignal) => void | Promise<void>;
}

/** The whole daemon except HTTP, on simulated time. */
export class SimulatedApp {
  readonly clock: SimulatedClock;
  readonly store: HistoryStore;
  readonly logger = new RecordingLogger();
  readonly app: App;
  fatal: Error | undefined;

  constructor({
    flags,
    store,
    storeOf,
    clock,
    alerting,
    channels,
    declaration,
    memory,
    acceptsDataLoss,
    ownership,
    startProber,
    closesIn = 0,
    gatewayStarts,
    ...rules
  }: SimulationOptions = {}) {
    this.clock = clock ?? new SimulatedClock();
    this.store = store ?? storeUnderTest(this.clock);
    this.app = new App(configOf({ '--shards': '4', '--partitions': String(PARTITIONS), ...flags }), {
      clock: this.clock,
      logger: this.logger,
      storeOf: storeOf ?? ((partition) => sliceOf(this.store, partition)),
      processFacts: () => ({}),
      gateway: async (_daemon, exitSignal) => {
        await gatewayStarts?.(exitSignal);
        return { stop: () => closing(this.clock, closesIn), inspect: () => ({}) };
      },
      decideUser: rules.decideUser ?? decide,
      decideNode: rules.decideNode ?? decideNode,
      ...(alerting !== undefined && { alerting }),
      ...(channels !== undefined && { channels }),
      ...(declaration !== undefined && { declaration }),
      ...(memory !== undefined && { memory }),
      ...(acceptsDataLoss !== undefined && { acceptsDataLoss }),
      ownership: ownership ?? ALWAYS_OWNED,
      ...(startProber !== undefined && { startProber }),
    });
    this.app.onFatal = (error) => {
      this.fatal = error;
    };
  }

  /** Where what is about all nodes is stored. */
  get storeOfNodes(): HistoryStore {
    return sliceOf(this.store, PARTITION_IDS.at(-1));
  }

  static async start(options?: SimulationOptions): Promise<SimulatedApp> {
    const simulated = new SimulatedApp(options);
    await simulated.app.start();
    return simulated;
  }

  /** Kills the process. What is on disk stays. */
  async kill(): Promise<void> {
    this.clock.forget();
    await this.clock.settle();
    this.clock.forget();
  }

  /** Sends a request, and lets everything settle. @returns undefined if there is no answer by then */
  async ask(kind: UserCommand['kind'], id: UserId): Promise<UserReply | undefined> {
    let answer: UserReply | undefined;
    this.app.users.ask(kind, id, (reply) => {
      answer = reply;
    });
    await this.clock.settle();
    return answer;
  }

  async history(id: UserId, range: HistoryRange = { order: 'asc' }): Promise<Session[]> {
    const sessions: Session[] = [];
    for await (const chunk of this.app.users.history(id, range)) sessions.push(...chunk);
    return sessions.map(({ onlineAt, offlineAt }) => ({ onlineAt, offlineAt }));
  }

  /** The ids of everybody who is online, in order, by pages of so many. */
  async online(limit = 1000): Promise<UserId[]> {
    const ids: UserId[] = [];
    let after: UserId | undefined;
    do {
      const { users, next } = await this.app.users.online(after, limit);
      ids.push(...users.map(({ id }) => id));
      after = next;
    } while (after !== undefined);
    return ids;
  }

  /** Sends a request to a node, and lets everything settle. @returns undefined if there is no answer by then */
  async askNode(request: PlainKind | NodeRequest, name: NodeName): Promise<NodeReply | undefined> {
    let answer: NodeReply | undefined;
    this.app.nodes.ask(name, typeof request === 'string' ? requestOf(request) : request, (reply) => {
      answer = reply;
    });
    await this.clock.settle();
    return answer;
  }

  async flips(name: NodeName, range: FlipRange = { order: 'asc' }): Promise<Flip[]> {
    const flips: Flip[] = [];
    for await (const chunk of this.app.nodes.flips(name, range)) flips.push(...chunk);
    return flips;
  }
}

function closing(clock: SimulatedClock, after: Millis): Promise<void> {
  return after === 0 ? Promise.resolve() : new Promise((resolve) => clock.after(after, resolve));
}

function requestOf(kind: PlainKind): NodeRequest {
  if (kind === 'put') return { kind, change: {} };
  if (kind === 'ping') {
    const ping = { kind: 'success', method: 'GET', body: new Uint8Array(), bytes: 0 } as const;
    return { kind, creates: false, ping };
  }
  if (kind === 'probed') return { kind, failure: undefined };
  return kind === 'acknowledge' ? { kind, by: 'ann', reason: 'it is being looked at' } : { kind };
}
