import { Connection } from './connection.js';
import { deviceName } from './device-name.js';
import { Emitter } from './emitter.js';
import type { Cancel, Environment } from './environment.js';
import type { StartSharing } from './sharing.js';
import type { HeartbeatClientError, Meta, Status, User, UserId } from './types.js';
import { Watch } from './watch.js';

export interface ConnectOptions {
  /** Where the daemon is, as the page reaches it, such as `https://presence.example.org`. */
  readonly url: string;
  /** Gets a user token. It is called for each connection, and before a token ends. Without it none is sent. */
  readonly token?: (() => string | Promise<string>) | undefined;
  /** Who is online as long as the page is open. Without it the page only watches. */
  readonly user?: UserId | undefined;
  /** What this page is: up to 55 of `A-Za-z0-9._-`. A random suffix makes it unique. Default `web`. */
  readonly device?: string | undefined;
  readonly meta?: Meta | undefined;
  /** `oneConnection` of `heartbeat/client/tabs`: all tabs of the origin share one. */
  readonly tabs?: StartSharing | undefined;
}

export interface ClientEvents {
  status: [status: Status];
  error: [error: HeartbeatClientError];
}

/** `close` waits no longer for the goodbye. */
const GOODBYE_WITHIN = 5000;

/** This page, and the users that it watches. */
export class Client {
  /** The device of this tab, with its suffix. */
  readonly device: string;
  readonly #connection: Connection;
  readonly #emitter: Emitter<ClientEvents>;
  readonly #env: Environment;
  readonly #isHere: boolean;
  readonly #users = new Map<string, User>();
  readonly #fresh = new Set<string>();
  readonly #watches = new Set<Watch>();
  /** Watches by the users they watch. */
  readonly #byUser = new Map<string, Set<Watch>>();
  readonly #leavePage: () => void;
  #status: Status = 'offline';
  #closing: Promise<void> | undefined;

  constructor(env: Environment, { url, token, user, device = 'web', meta, tabs }: ConnectOptions) {
    this.#env = env;
    this.#emitter = new Emitter((error) => env.report(error));
    this.#isHere = user !== undefined;
    this.device = deviceName(env, device);
    const where = { url: env.resolve(url), user: user === undefined ? undefined : String(user), token, tabs };
    this.#connection = new Connection(env, where, {
      status: (status) => {
        this.#status = status;
        this.#emitter.emit('status', status);
      },
      users: (users) => this.#heard(users),
      fresh: (users) => {
        for (const each of users) this.#fresh.add(each);
        this.#look();
      },
      stale: () => {
        this.#fresh.clear();
        this.#look();
      },
      error: (error) => this.#emitter.emit('error', error),
    });
    if (this.#isHere) this.#connection.heal(this.device, meta);
    this.#leavePage = env.page({
      hidden: (persisted) => this.#hidden(persisted),
      shown: () => this.#connection.start(),
      woke: () => this.#connection.wake(),
      network: (isOnline) => this.#connection.network(isOnline),
    });
    // Listeners that are added next hear of everything.
    env.after(0, () => {
      if (this.#closing === undefined) this.#connection.start();
    });
  }

  /** Of this page: `online` once the daemon has said so. */
  get status(): Status {
    return this.#status;
  }

  /** @returns stops listening */
  on<Name extends keyof ClientEvents>(
    name: Name,
    listener: (...given: ClientEvents[Name]) => void,
  ): () => void {
    return this.#emitter.on(name, listener);
  }

  /** Watches users as they come and go. */
  watch(users: Iterable<UserId>): Watch {
    const watch = new Watch([...new Set(Array.from(users, String))], {
      get: (id) => this.#users.get(id),
      isFresh: (id) => this.#fresh.has(id),
      report: (error) => this.#env.report(error),
      closed: () => this.#unwatch(watch),
    });
    if (this.#closing !== undefined) {
      watch.close();
      return watch;
    }
    this.#watches.add(watch);
    for (const id of watch.ids) {
      const watches = this.#byUser.get(id);
      if (watches === undefined) this.#byUser.set(id, new Set([watch]));
      else watches.add(watch);
    }
    this.#connection.watch(watch.ids);
    // Its users may be known already. Listeners that are added next hear of them.
    this.#env.after(0, () => {
      for (const id of watch.ids) {
        const known = this.#users.get(id);
        if (known !== undefined) watch.heard(known);
      }
      watch.looked();
    });
    return watch;
  }

  /** Says something else about this device; null says nothing any more. */
  update(meta: Meta | null): void {
    if (this.#isHere && this.#closing === undefined) this.#connection.heal(this.device, meta);
  }

  /** Says goodbye for this device, and closes the connection. */
  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    this.#leavePage();
    for (const watch of [...this.#watches]) watch.close();
    if (this.#isHere) {
      let cancel: Cancel | undefined;
      const late = new Promise<void>((resolve) => (cancel = this.#env.after(GOODBYE_WITHIN, resolve)));
      await Promise.race([this.#connection.goodbye(this.device), late]);
      cancel?.();
    }
    this.#connection.stop();
  }

  #hidden(persisted: boolean): void {
    if (this.#isHere && !persisted) this.#connection.goodbyeAtOnce(this.device);
    this.#connection.stop();
  }

  #heard(users: readonly User[]): void {
    for (const user of users) {
      const watches = this.#byUser.get(user.id);
      if (watches === undefined) continue;
      this.#users.set(user.id, user);
      for (const watch of [...watches]) watch.heard(user);
    }
  }

  #look(): void {
    for (const watch of [...this.#watches]) watch.looked();
  }

  #unwatch(watch: Watch): void {
    this.#watches.delete(watch);
    const gone: string[] = [];
    for (const id of watch.ids) {
      const watches = this.#byUser.get(id);
      if (watches?.delete(watch) !== true || watches.size > 0) continue;
      this.#byUser.delete(id);
      this.#users.delete(id);
      this.#fresh.delete(id);
      gone.push(id);
    }
    if (gone.length > 0) this.#connection.unwatch(gone);
  }
}
