// Apps with an older `lib` read these types, too.
/// <reference lib="esnext.disposable" preserve="true" />
import { Alerts, Channels } from './alerts-api.js';
import { HttpCalls } from './http-calls.js';
import type { Answers, UserIdLike } from './contract/types.js';
import type { ClientEnvironment } from './client-environment.js';
import { readEvents, type EventIterator, type EventsOptions } from './event-stream.js';
import { Nodes } from './nodes-api.js';
import { expectOptions, type CallOptions, type Settings } from './client-options.js';
import type { Accepted } from './lists.js';
import * as presence from './presence-calls.js';
import type { UserDevice } from './user-batch.js';
import { ping, type PingAnswer, type PingOptions, type PingTarget } from './ping-call.js';
import { Rotas } from './rotas-api.js';
import { Status } from './status-api.js';
import { Silences } from './silences-api.js';
import { Users } from './users-api.js';

const SIGNAL = ['signal'];

/**
 * Calls a daemon. Every call rejects with a `HeartbeatRequestError` if it fails, with the reason of its `signal` once
 * that is aborted, and with a `TypeError` for a wrong argument. docs/api.md explains each call.
 */
export class HeartbeatClient<Id = string> {
  readonly users: Users<Id>;
  readonly nodes: Nodes<Id>;
  readonly alerts: Alerts<Id>;
  readonly channels: Channels<Id>;
  readonly rotas: Rotas<Id>;
  readonly status: Status<Id>;
  readonly silences: Silences<Id>;
  readonly #calls: HttpCalls<Id>;

  /** @param toId makes an id from its digits or text */
  constructor(
    settings: Settings,
    environment: ClientEnvironment,
    toId: (text: string) => Id,
    calls = new HttpCalls(settings, environment, toId),
  ) {
    this.#calls = calls;
    this.users = new Users(this.#calls);
    this.nodes = new Nodes(this.#calls);
    this.alerts = new Alerts(this.#calls);
    this.channels = new Channels(this.#calls);
    this.rotas = new Rotas(this.#calls);
    this.status = new Status(this.#calls);
    this.silences = new Silences(this.#calls);
  }

  /** Where the daemon is. */
  get url(): string {
    return this.#calls.settings.url;
  }

  /** Keeps the user online for another session timeout. */
  heal(user: UserIdLike, options?: presence.HealOptions): Promise<'online'>;
  /** Keeps all of them online, except those that it returns as rejected. */
  heal(users: readonly (UserIdLike | UserDevice)[], options?: CallOptions): Promise<Accepted>;
  heal(
    users: UserIdLike | readonly (UserIdLike | UserDevice)[],
    options?: presence.HealOptions,
  ): Promise<'online' | Accepted> {
    return isList(users)
      ? presence.healMany(this.#calls, users, options)
      : presence.healOne(this.#calls, users, options);
  }

  /** Ends the user's session, or only a device. @returns the status afterwards */
  goodbye(user: UserIdLike, options?: presence.GoodbyeOptions): Promise<'online' | 'offline'>;
  /** Ends the sessions of all of them, except those that it returns as rejected. */
  goodbye(users: readonly UserIdLike[], options?: presence.GoodbyeOptions): Promise<Accepted>;
  goodbye(
    users: UserIdLike | readonly UserIdLike[],
    options?: presence.GoodbyeOptions,
  ): Promise<'online' | 'offline' | Accepted> {
    return isList(users)
      ? presence.goodbyeMany(this.#calls, users, options)
      : presence.goodbyeOne(this.#calls, users, options);
  }

  /** Whether the user is online. */
  checkup(user: UserIdLike, options?: CallOptions): Promise<Answers<Id>['checkup']>;
  /** Whether each of them is online, in their order and without those that it returns as rejected. */
  checkup(
    users: readonly UserIdLike[],
    options?: presence.CheckupOptions,
  ): Promise<Answers<Id>['checkupMany']>;
  checkup(
    users: UserIdLike | readonly UserIdLike[],
    options?: presence.CheckupOptions,
  ): Promise<Answers<Id>['checkup'] | Answers<Id>['checkupMany']> {
    return isList(users)
      ? presence.checkupMany(this.#calls, users, options)
      : presence.checkupOne(this.#calls, users, options);
  }

  /** The user's sessions, oldest first by default. A current one ends at its deadline. */
  rhythm(user: UserIdLike, options?: presence.RhythmOptions): Promise<Answers<Id>['heartRhythm']>;
  /** The sessions of each of them, in their order. */
  rhythm(
    users: readonly UserIdLike[],
    options?: presence.RhythmOptions,
  ): Promise<readonly Answers<Id>['heartRhythm'][]>;
  rhythm(
    users: UserIdLike | readonly UserIdLike[],
    options?: presence.RhythmOptions,
  ): Promise<Answers<Id>['heartRhythm'] | readonly Answers<Id>['heartRhythm'][]> {
    return isList(users)
      ? presence.rhythmMany(this.#calls, users, options)
      : presence.rhythmOne(this.#calls, users, options);
  }

  /**
   * Pings for a job, as healthchecks has it: it has succeeded, or what the options say.
   *
   * @param target the `pingUuid` of its node, or a ping key and the slug
   * @throws HeartbeatRequestError `HEARTBEAT_CLIENT_PING_REFUSED` with the word of the daemon, such as `not found`
   */
  ping(target: PingTarget, options?: PingOptions): Promise<PingAnswer> {
    return ping(this.#calls, target, options);
  }

  /**
   * What changes, as it happens: first a `state`, then each change of it, once and in order. The stream is opened again
   * whenever it ends, and continues where it was cut; if the daemon does not know any more what was missed, a `state`
   * with `reset` comes. Ending the loop closes the connection. docs/events.md explains the events.
   *
   * @throws HeartbeatRequestError if it is refused for good
   */
  events(options: EventsOptions = {}): EventIterator<Id> {
    return readEvents(this.#calls, options);
  }

  /** Counts users, devices, nodes and readers. */
  async stats(options: CallOptions = {}): Promise<Answers['stats']> {
    return this.#calls.call('stats', asked(options));
  }

  /** Whether the daemon is ready, and if not, why. A daemon that is ready may be unable to store: `notStoring` says why. */
  async ready(options: CallOptions = {}): Promise<Answers['readiness']> {
    return this.#calls.call('readiness', asked(options));
  }

  /** Whether the daemon can store everything that it should, and if not, why. */
  async storing(options: CallOptions = {}): Promise<Answers['storing']> {
    return this.#calls.call('storing', asked(options));
  }

  /** Resolves if the process of the daemon is alive. */
  async health(options: CallOptions = {}): Promise<Answers['health']> {
    return this.#calls.call('health', asked(options));
  }

  /** Who the client is to the daemon, and what it may do. */
  async whoami(options: CallOptions = {}): Promise<Answers['whoami']> {
    return this.#calls.call('whoami', asked(options));
  }

  /** How a page of the daemon may sign its reader in. */
  async waysToSignIn(options: CallOptions = {}): Promise<Answers['waysToSignIn']> {
    return this.#calls.call('waysToSignIn', asked(options));
  }

  /** Signs a browser in, for a page of the daemon: a cookie stands for the key in later calls without one. */
  async signIn(key: string, options: CallOptions = {}): Promise<void> {
    await this.#calls.call('signIn', { ...asked(options), body: JSON.stringify({ key }) });
  }

  /** Signs the browser out. */
  async signOut(options: CallOptions = {}): Promise<void> {
    await this.#calls.call('signOut', asked(options));
  }

  /** The supervision tree, as `GET /supervision` shows it: its fields depend on the version. */
  async supervision(options: CallOptions = {}): Promise<Answers['supervision']> {
    return this.#calls.call('supervision', asked(options));
  }

  /** The members of the cluster and who owns what, as the daemon knows it. One that stands alone answers 404. */
  async cluster(options: CallOptions = {}): Promise<Answers['cluster']> {
    return this.#calls.call('cluster', asked(options));
  }

  /** What a reload of the daemon's configuration would change now. */
  async configurationDiff(options: CallOptions = {}): Promise<Answers['configurationDiff']> {
    return this.#calls.call('configurationDiff', asked(options));
  }

  /** Metrics in Prometheus's text format. */
  async metrics(options: CallOptions = {}): Promise<Answers['metrics']> {
    return this.#calls.call('metrics', asked(options));
  }

  /** The OpenAPI document of the daemon. */
  async openapi(options: CallOptions = {}): Promise<Answers['openapi']> {
    return this.#calls.call('openapi', asked(options));
  }

  /** Ends streams of events, and waits for calls that are under way. Later ones are refused. */
  async close(): Promise<void> {
    await this.#calls.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

function asked(options: CallOptions): CallOptions {
  expectOptions(options, SIGNAL);
  return options;
}

function isList<Entry>(users: UserIdLike | readonly Entry[]): users is readonly Entry[] {
  return Array.isArray(users);
}
