import { createBackOff } from './back-off.js';
import type { Cancel, Environment } from './environment.js';
import { isPassing } from './frames.js';
import { openHttp } from './http-transport.js';
import { openLink, type Link } from './link.js';
import { pathOf, request } from './request.js';
import { openSocket } from './socket-transport.js';
import { shareConnection, type Sharing } from './tabs.js';
import { askForToken, type TokenSource } from './token.js';
import type { OpenTransport, SentDevice } from './transport.js';
import type { HeartbeatClientError, Meta, Status } from './types.js';
import type { WatchedUser } from './watch.js';
import {
  EACH_BY_HTTP,
  HOLDS_HIDDEN_TABS,
  RETRY_OFFLINE,
  STABLE_AFTER,
  TOO_MANY,
  TRY_SOCKET_AFTER,
} from './limits.js';

export interface ConnectionOptions {
  /** Without a slash at the end. */
  readonly url: string;
  readonly user: string | undefined;
  readonly device: string;
  readonly token: TokenSource | undefined;
  /** Whether tabs share it. */
  readonly share: boolean;
}

/** What hears of a connection. */
export interface ConnectionEvents {
  status(status: Status): void;
  /** More or less is known of the users. */
  look(): void;
  error(error: HeartbeatClientError): void;
}

/** Keeps a device online and watches users, over one link after the other. */
export interface Connection {
  start(): void;
  /** Closes the connection. The device stays online until its time is over. */
  stop(): void;
  /** There is no network any more. */
  offline(): void;
  /**
   * Finds out whether the link still works: the machine may have slept.
   *
   * @param isOnline there is a network again
   */
  wake(isOnline: boolean): void;
  readonly heal: (meta: Meta | null | undefined) => void;
  /**
   * Ends the device.
   *
   * @param atOnce the page ends, and waits for no answer
   * @returns once it is answered, or cannot be any more
   */
  goodbye(atOnce: boolean): Promise<unknown>;
  /** Other users are watched than before. */
  watch(): void;
}

/** @param known the users to watch, and what is known of them */
export function createConnection(
  env: Environment,
  { url, user, device, token: source, share }: ConnectionOptions,
  known: ReadonlyMap<string, WatchedUser>,
  events: ConnectionEvents,
): Connection {
  const backOff = createBackOff(env);
  /** The device that is kept online. */
  let here: SentDevice | undefined = user === undefined ? undefined : { id: user, device };
  let meta: Meta | null | undefined;
  /** What the daemon took last. */
  let accepted: typeof meta;
  /** Why it does not take the device. */
  let refusal: string | undefined;
  let healing: Cancel | undefined;
  let status: Status = 'offline';
  let link: Link | undefined;
  let sharing: Sharing | undefined;
  let isUp = false;
  let isSocket = true;
  /** Connections since the last good one that could not be opened, or were by HTTP. */
  let failures = 0;
  /** Counts links, so that answers for an earlier one are ignored. */
  let run = 0;
  let isRunning = false;
  let hasNetwork = true;
  let hasWarned = false;
  let token: string | undefined;
  /** Whom the daemon was asked to watch. */
  let asked = new Set<string>();
  let timer: Cancel | undefined;

  function show(next: Status): void {
    if (next === status) return;
    status = next;
    events.status(status);
  }

  function drop(): void {
    run++;
    isUp = false;
    asked = new Set();
    timer?.();
    link?.close();
    link = undefined;
    for (const entry of known.values()) entry.isFresh = false;
    events.look();
  }

  function restart(wait = backOff.soon()): void {
    if (!isRunning) return;
    drop();
    show(hasNetwork ? 'connecting' : 'offline');
    timer = env.after(wait, connect);
  }

  function failed(retryAfter?: number): void {
    if (!isUp || !isSocket) failures++;
    restart(backOff.failed(retryAfter));
  }

  function connect(): void {
    backOff.began();
    getToken(open, failed);
  }

  /** Calls it, unless there is another link by then. */
  function unlessDropped<Arguments extends unknown[]>(
    callback: (...given: Arguments) => void,
  ): (...given: Arguments) => void {
    const mine = run;
    return (...given) => {
      if (mine === run) callback(...given);
    };
  }

  /** Calls one of both, unless there is another link by then. */
  function getToken(got: () => void, none: () => void): void {
    askForToken(env, source).then(
      unlessDropped((given) => {
        token = given;
        got();
      }),
      unlessDropped((error: unknown) => {
        events.error(error as HeartbeatClientError);
        none();
      }),
    );
  }

  function open(): void {
    isSocket = env.hasSockets && failures % EACH_BY_HTTP < EACH_BY_HTTP - 1;
    const openOwn: OpenTransport = (given) => {
      if (isSocket) return openSocket(env, url, given);
      // It makes two requests.
      backOff.began();
      return openHttp(env, url, given);
    };
    link = openLink(env, (given) => sharing?.open(given, openOwn) ?? openOwn(given), {
      opened: () => authenticate(up),
      users(users) {
        for (const user of users) {
          const entry = known.get(user.id);
          if (entry) entry.user = user;
        }
        events.look();
      },
      expiring: renew,
      // It may have ended the watch. Other refusals of a ping's answer pass by themselves.
      error: (error) => (error.code === 'HEARTBEAT_NOT_READY' ? refused(error) : events.error(error)),
      timeout: warn,
      ended: failed,
    });
  }

  function refused(error: HeartbeatClientError): void {
    events.error(error);
    if (isPassing(error.status)) failed();
  }

  /** @param done called unless the token is refused */
  function authenticate(done?: () => void): void {
    if (token)
      link?.ask(
        { type: 'auth', token },
        unlessDropped((error) => {
          if (error) refused(error);
          else done?.();
        }),
      );
    else done?.();
  }

  function renew(): void {
    getToken(authenticate, () => later(renew));
  }

  /** Calls it after a back-off, unless there is another link by then. */
  function later(callback: () => void): Cancel {
    return env.after(backOff.failed(), unlessDropped(callback));
  }

  function up(): void {
    isUp = true;
    timer = env.after(STABLE_AFTER, () => {
      backOff.succeeded();
      if (isSocket) failures = 0;
      // Whatever prevented a socket may be gone by then.
      else if (env.hasSockets)
        timer = env.after(TRY_SOCKET_AFTER * (1 + env.random()), () => {
          failures = 0;
          restart();
        });
    });
    heal();
    watch();
  }

  function warn(seconds: number): void {
    if (hasWarned || seconds >= HOLDS_HIDDEN_TABS) return;
    hasWarned = true;
    env.warn(`heartbeat: no socket, and session_timeout is ${seconds} s: hidden tabs go offline`);
  }

  function heal(): void {
    const sent = meta;
    link?.ask(
      here ? { type: 'heal', devices: [{ ...here, meta }] } : { type: 'beat' },
      unlessDropped((error) => {
        if (!error) {
          accepted = sent;
          refusal = undefined;
          // Without a device, by HTTP, this proves nothing: the first state does.
          if (here || isSocket) show('online');
          return;
        }
        const { code, status: why } = error;
        if (isPassing(why) && why !== TOO_MANY) return refused(error);
        if (code !== refusal) events.error(error);
        refusal = code;
        // Another heal is under way.
        if (sent !== meta) return;
        if (why === TOO_MANY) {
          // Another device of the user may go.
          healing?.();
          healing = later(heal);
        } else if (meta !== accepted) {
          // Perhaps only the meta is refused.
          meta = accepted;
          return heal();
        }
        show('offline');
      }),
    );
  }

  function watch(): void {
    if (!isUp) return;
    const before = asked;
    asked = new Set(known.keys());
    link?.unwatch([...before].filter((user) => !asked.has(user)));
    const added = [...asked].filter((user) => !before.has(user));
    link?.watch(
      added,
      unlessDropped((fresh, error) => {
        if (fresh.length > 0 && !here) show('online');
        for (const id of fresh) {
          const entry = known.get(id);
          if (entry) entry.isFresh = true;
        }
        events.look();
        if (error) refused(error);
      }),
    );
  }

  return {
    start() {
      if (isRunning) return;
      isRunning = true;
      const begin = (): void => restart(0);
      if (share) sharing = shareConnection(env, `${url} ${user ?? ''}`, begin);
      if (!sharing) begin();
    },
    stop() {
      isRunning = false;
      drop();
      sharing?.close();
      sharing = undefined;
      show('offline');
    },
    offline() {
      hasNetwork = false;
      restart(RETRY_OFFLINE);
    },
    wake(isOnline) {
      hasNetwork ||= isOnline;
      if (isUp) link?.beat();
      else if (!link) restart();
    },
    heal(given) {
      // As it is now, and as JSON has it.
      meta = given && (JSON.parse(JSON.stringify(given)) as Meta);
      if (isUp) heal();
    },
    async goodbye(atOnce) {
      const gone = here;
      if (!gone) return;
      here = undefined;
      const lost = new Promise((resolve) => {
        if (isUp) link?.ask({ type: 'goodbye', devices: [gone] }, resolve);
        else resolve(true);
      });
      if (!atOnce && !(await lost)) return;
      // A beacon could carry no token. If this fails, the device's time will be over soon.
      const options = { method: 'DELETE', keepalive: atOnce };
      await request(env, { url, token }, pathOf(gone), options).catch(() => undefined);
    },
    watch,
  };
}
