import { BackOff } from './back-off.js';
import type { ConnectionEvents, ConnectionOptions } from './connection-options.js';
import type { Cancel, Environment } from './environment.js';
import { goodbyeByHttp } from './goodbye.js';
import { HttpLink } from './http-link.js';
import type { Link, LinkEnd, LinkEvents, SentDevice } from './link.js';
import { isPassing } from './refusal.js';
import type { Sharing } from './sharing.js';
import { SocketLink } from './socket-link.js';
import { askForToken } from './token.js';
import { HeartbeatClientError, type Meta, type Status } from './types.js';

/** A connection that lasts so long was none of those that are cut at once. */
const STABLE = 10_000;
/** Each third connection is tried by HTTP: something on the way may not let sockets through. */
const EACH_BY_HTTP = 3;
const TRY_SOCKET_AFTER = 600_000;
/** In seconds. Browsers run the timers of hidden tabs once a minute. */
const HOLDS_HIDDEN_TABS = 90;
/** Without a network, as the browser says. It may be wrong. */
const RETRY_OFFLINE = 30_000;
/**
 * Keeps devices online and users watched, over one link after the other. What is wanted is kept here, so that each new
 * link begins with all of it.
 */
export class Connection {
  readonly #env: Environment;
  readonly #options: ConnectionOptions;
  readonly #events: ConnectionEvents;
  readonly #backOff: BackOff;
  readonly #devices = new Map<string, Meta | null | undefined>();
  readonly #users = new Set<string>();
  #status: Status = 'offline';
  #link: Link | undefined;
  #sharing: Sharing | undefined;
  #isUp = false;
  #isSocket = true;
  /** Connections since the last good one that could not be opened, or were by HTTP. */
  #failures = 0;
  /** Counts links, so that answers for an earlier one are ignored. */
  #run = 0;
  #isRunning = false;
  #hasNetwork = true;
  #hasWarned = false;
  #token: string | undefined;
  #timer: Cancel | undefined;

  constructor(env: Environment, options: ConnectionOptions, events: ConnectionEvents) {
    this.#env = env;
    this.#options = options;
    this.#events = events;
    this.#backOff = new BackOff(env);
  }

  start(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    const { tabs, url, user } = this.#options;
    this.#sharing = tabs?.(this.#env, `heartbeat ${url} ${user ?? ''}`, () => this.restart(0));
    this.#connect();
  }

  /** Closes the connection. The devices stay online until their time is over. */
  stop(): void {
    this.#isRunning = false;
    this.#drop();
    this.#sharing?.close();
    this.#show('offline');
  }

  /** Opens a new link. */
  restart(wait = this.#backOff.soon()): void {
    if (!this.#isRunning) return;
    this.#drop();
    this.#retry(wait);
  }

  /** There may be a network again, or none. */
  network(isOnline: boolean): void {
    this.#hasNetwork = isOnline;
    if (!this.#isRunning) return;
    if (isOnline && !this.#isUp) this.restart();
    else if (!isOnline) {
      this.#drop();
      this.#retry(RETRY_OFFLINE);
    }
  }

  /** The machine may have slept: finds out whether the link still works. */
  wake(): void {
    if (!this.#isRunning) return;
    if (this.#isUp) this.#link?.probe();
    else if (this.#link === undefined) this.restart();
  }

  heal(device: string, meta: Meta | null | undefined): void {
    this.#devices.set(device, meta);
    if (this.#isUp) this.#heal([[device, meta]]);
  }

  /** Ends a device. @returns once it is answered, or cannot be any more */
  async goodbye(device: string): Promise<void> {
    this.#devices.delete(device);
    const link = this.#isUp ? this.#link : undefined;
    if (link === undefined) return this.#goodbyeByHttp(device, false);
    await new Promise<void>((resolve) =>
      link.goodbye(device, (error) => {
        if (error === undefined) resolve();
        else resolve(this.#goodbyeByHttp(device, false));
      }),
    );
  }

  /** The same at the end of a page, which waits for no answer. */
  goodbyeAtOnce(device: string): void {
    this.#devices.delete(device);
    if (this.#isUp) this.#link?.goodbye(device, () => undefined);
    void this.#goodbyeByHttp(device, true);
  }

  watch(users: readonly string[]): void {
    const added = users.filter((user) => !this.#users.has(user));
    for (const user of added) this.#users.add(user);
    if (this.#isUp) this.#watch(added);
  }

  unwatch(users: readonly string[]): void {
    const gone = users.filter((user) => this.#users.delete(user));
    if (this.#isUp && gone.length > 0) this.#link?.unwatch(gone);
  }

  #connect(): void {
    this.#timer = undefined;
    const run = ++this.#run;
    const isCurrent = (): boolean => run === this.#run;
    this.#show(this.#hasNetwork ? 'connecting' : 'offline');
    this.#backOff.began();
    this.#askForToken(
      isCurrent,
      (token) => this.#open(token, isCurrent),
      () => this.#failed({}),
    );
  }

  /** Calls one of both, unless there is another link by then. */
  #askForToken(isCurrent: () => boolean, use: (token: string | undefined) => void, failed: () => void): void {
    askForToken(this.#env, this.#options.token).then(
      (token) => {
        if (isCurrent()) use(token);
      },
      (error: unknown) => {
        if (error instanceof HeartbeatClientError) this.#events.error(error);
        if (isCurrent()) failed();
      },
    );
  }

  #open(token: string | undefined, isCurrent: () => boolean): void {
    this.#token = token;
    const ifCurrent =
      <Given extends unknown[]>(handle: (...given: Given) => void) =>
      (...given: Given): void => {
        if (isCurrent()) handle(...given);
      };
    const events: LinkEvents = {
      up: ifCurrent(() => this.#up()),
      users: ifCurrent((users) => this.#events.users(users)),
      expiring: ifCurrent(() => this.#renew(isCurrent)),
      error: ifCurrent((error) => {
        // It may have ended the watch. Other refusals of a ping's answer pass by themselves.
        if (error.code === 'HEARTBEAT_NOT_READY') this.#refused(error);
        else this.#events.error(error);
      }),
      down: ifCurrent((end) => this.#failed(end)),
      healsFor: ifCurrent((seconds) => this.#warn(seconds)),
    };
    const target = { ...this.#options, token };
    this.#isSocket = this.#env.hasSockets && this.#failures % EACH_BY_HTTP < EACH_BY_HTTP - 1;
    const open = (given: LinkEvents): Link => {
      if (this.#isSocket) return new SocketLink(this.#env, target, given);
      // It makes two requests.
      this.#backOff.began();
      return new HttpLink(this.#env, target, given);
    };
    this.#link = this.#sharing?.link(events, open) ?? open(events);
  }

  #up(): void {
    this.#isUp = true;
    this.#timer = this.#env.after(STABLE, () => {
      this.#backOff.succeeded();
      if (this.#isSocket) this.#failures = 0;
      // Whatever prevented a socket may be gone by then.
      else
        this.#timer = this.#env.after(TRY_SOCKET_AFTER * (1 + this.#env.random()), () => this.#trySocket());
    });
    if (this.#devices.size > 0) this.#heal([...this.#devices]);
    else if (this.#isSocket) this.#show('online');
    this.#watch([...this.#users]);
  }

  #warn(sessionTimeout: number): void {
    if (this.#hasWarned || sessionTimeout >= HOLDS_HIDDEN_TABS) return;
    this.#hasWarned = true;
    this.#env.warn(
      `heartbeat: without a socket, hidden tabs go offline: session_timeout is ${sessionTimeout} s, not 90 s or more`,
    );
  }

  #trySocket(): void {
    this.#failures = 0;
    if (this.#env.hasSockets) this.restart();
  }

  #heal(devices: readonly (readonly [string, Meta | null | undefined])[]): void {
    const run = this.#run;
    const sent = devices.map(([device, meta]): SentDevice =>
      meta === undefined ? { device } : { device, meta },
    );
    this.#link?.heal(sent, (error) => {
      if (run !== this.#run) return;
      if (error === undefined) this.#show('online');
      else this.#refused(error);
    });
  }

  #watch(users: readonly string[]): void {
    if (users.length === 0) return;
    const run = this.#run;
    this.#link?.watch(users, (fresh, error) => {
      if (run !== this.#run) return;
      // Without devices and over HTTP, this is the first answer.
      if (fresh.length > 0 && this.#devices.size === 0) this.#show('online');
      this.#events.fresh(fresh.filter((user) => this.#users.has(user)));
      if (error === undefined) return;
      if (fresh.length > 0) this.#events.error(error);
      else this.#refused(error);
    });
  }

  #refused(error: HeartbeatClientError): void {
    // A connection that breaks is shown by the status.
    if (error.code !== 'HEARTBEAT_CLIENT_UNREACHABLE') this.#events.error(error);
    if (isPassing(error.code)) this.#failed({});
  }

  #renew(isCurrent: () => boolean): void {
    const use = (token: string | undefined): void => {
      this.#token = token;
      if (token !== undefined) this.#link?.renew(token);
    };
    this.#askForToken(isCurrent, use, () => {
      this.#env.after(this.#backOff.failed(), () => {
        if (isCurrent()) this.#renew(isCurrent);
      });
    });
  }

  #failed({ retryAfter }: LinkEnd): void {
    if (!this.#isUp || !this.#isSocket) this.#failures++;
    this.#drop();
    this.#retry(this.#backOff.failed(retryAfter));
  }

  #retry(wait: number): void {
    this.#show(this.#hasNetwork ? 'connecting' : 'offline');
    this.#timer = this.#env.after(wait, () => this.#connect());
  }

  #drop(): void {
    this.#run++;
    this.#isUp = false;
    this.#timer?.();
    this.#timer = undefined;
    const link = this.#link;
    this.#link = undefined;
    link?.close();
    this.#events.stale();
  }

  #show(status: Status): void {
    if (status === this.#status) return;
    this.#status = status;
    this.#events.status(status);
  }

  #goodbyeByHttp(device: string, keepalive: boolean): Promise<void> {
    return goodbyeByHttp(this.#env, { ...this.#options, token: this.#token }, device, keepalive);
  }
}
