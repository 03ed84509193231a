import { createConnection } from './connection.js';
import { deviceName } from './device-name.js';
import { createEmitter } from './emitter.js';
import type { Environment } from './environment.js';
import type { HeartbeatClientError, Meta, Status, UserId } from './types.js';
import { createWatch, type WatchedUser, type OpenWatch, type Watch } from './watch.js';
import { within } from './within.js';
import { CLOSE_WITHIN } from './limits.js';

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
  /** Whether all tabs of the origin have one connection, where the browser can. Default true. */
  readonly share?: boolean | undefined;
}

export interface ClientEvents {
  status: [status: Status];
  error: [error: HeartbeatClientError];
}

/** This page, and the users that it watches. */
export interface Client {
  /** The device of this tab, with its suffix. */
  readonly device: string;
  /** Of this page: `online` once the daemon has said so. */
  readonly status: Status;
  /** @returns stops listening */
  on<Name extends keyof ClientEvents>(
    name: Name,
    listener: (...given: ClientEvents[Name]) => void,
  ): () => void;
  /** Watches users as they come and go. */
  watch(users: Iterable<UserId>): Watch;
  /** Says something else about this device; null says nothing any more. */
  update(meta: Meta | null): void;
  /** Says goodbye for this device, and closes the connection. */
  close(): Promise<void>;
}

/** @throws TypeError or RangeError if an option is wrong */
export function createClient(env: Environment, options: ConnectOptions): Client {
  const { url, token, user, device: name = 'web', meta, share = user !== undefined, ...others } = options;
  for (const other in others) throw new TypeError(`connect: no option ${other}`);
  const device = deviceName(env, name);
  const { on, emit } = createEmitter<ClientEvents>(env);
  /** The users that are watched. */
  const known = new Map<string, WatchedUser>();
  const watches = new Set<OpenWatch>();
  let status: Status = 'offline';
  let isChanging = false;
  let closing: Promise<void> | undefined;

  const where = { url: env.resolve(url), user: user?.toString(), device, token, share };
  const connection = createConnection(env, where, known, {
    status(next) {
      status = next;
      emit('status', next);
    },
    look,
    error: (error) => emit('error', error),
  });
  connection.heal(meta);

  function look(): void {
    for (const watch of [...watches]) watch.look();
  }

  const leavePage = env.page((event, persisted) => {
    if (event === 'pagehide') {
      if (!persisted) void connection.goodbye(true);
      connection.stop();
    } else if (event === 'pageshow') connection.start();
    else if (event === 'offline') connection.offline();
    else connection.wake(event === 'online');
  });
  // Listeners that are added next hear of everything.
  env.after(0, () => {
    if (!closing) connection.start();
  });

  /** One frame suffices for many watches that begin and end together. */
  function changed(): void {
    if (isChanging) return;
    isChanging = true;
    env.after(0, () => {
      isChanging = false;
      const watched = new Set([...watches].flatMap(({ watch }) => watch.ids));
      for (const id of known.keys()) if (!watched.has(id)) known.delete(id);
      connection.watch();
      // Users of a new watch may be known already. Its listeners were added by now.
      look();
    });
  }

  async function close(): Promise<void> {
    leavePage();
    for (const { watch } of [...watches]) watch.close();
    await within(env, CLOSE_WITHIN, connection.goodbye(false));
    connection.stop();
  }

  return {
    device,
    get status() {
      return status;
    },
    on,
    watch(users) {
      const ids = [...new Set(Array.from(users, String))];
      const opened = createWatch(env, ids, known, () => {
        watches.delete(opened);
        changed();
      });
      if (closing) opened.watch.close();
      else {
        watches.add(opened);
        for (const id of ids) known.set(id, known.get(id) ?? { isFresh: false });
        changed();
      }
      return opened.watch;
    },
    update: connection.heal,
    close: () => (closing ??= close()),
  };
}
