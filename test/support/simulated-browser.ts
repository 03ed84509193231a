import type {
  Cancel,
  Environment,
  HttpAnswer,
  HttpRequest,
  PageEvent,
  Socket,
} from '../../src/client/browser/environment.js';
import { SeededRandom } from './seeded-random.js';
import { SimulatedClock } from './simulated-clock.js';
import { SimulatedHttp } from './simulated-http.js';

type Frame = Readonly<Record<string, unknown>>;

interface SentDevice {
  readonly id: string;
  readonly device: string;
  readonly meta?: unknown;
}

/** What becomes of a socket. */
interface SocketEvents {
  opened(): void;
  received(data: unknown): void;
  closed(code: number, reason: string): void;
}

/** What the simulated daemon knows of a socket. */
export interface SimulatedSocket {
  readonly url: string;
  readonly events: SocketEvents;
  readonly heard: Frame[];
  readonly watched: Set<string>;
  /** Of all users: those that it keeps online. */
  readonly devices: Set<string>;
  isOpen: boolean;
}

/** The devices of a user, with their meta. */
type Devices = Map<string, unknown>;

/**
 * A page in a browser, and a naive daemon that it reaches: it knows who is online, and tells those who watch. Its time is
 * that of the clock.
 */
export class SimulatedBrowser implements Environment {
  readonly clock = new SimulatedClock();
  readonly sockets: SimulatedSocket[] = [];
  readonly requests: { readonly url: string; readonly request: HttpRequest }[] = [];
  readonly reported: unknown[] = [];
  readonly users = new Map<string, Devices>();
  readonly storage = new Map<string, string>();
  /** Each attempt to reach the daemon, as a time. */
  readonly attempts: number[] = [];
  pages: ((event: PageEvent, persisted: boolean) => void)[] = [];
  /** Whether connections are refused. */
  isDown = false;
  /** Whether what is sent gets lost, in both directions, and nobody notices. */
  isCut = false;
  /** Tokens that it accepts; undefined: it needs none. */
  tokens: Set<string> | undefined;
  /** What it answers instead of `ok`, by the type of the frame. */
  readonly refusals = new Map<string, string>();
  /** The most devices of a socket. */
  mostDevices = Infinity;
  /** The longest meta, as JSON. */
  longestMeta = 1024;
  /** Users whom nobody may watch. */
  readonly forbidden = new Set<string>();
  hasSockets = true;
  /** Whether something on the way does not let sockets through. */
  areSocketsBlocked = false;
  readonly warned: string[] = [];
  readonly http = new SimulatedHttp(this);
  random: () => number;

  constructor(seed = 1) {
    const random = new SeededRandom(seed);
    this.random = () => random.next();
  }

  now(): number {
    return this.clock.now();
  }

  after(milliseconds: number, callback: () => void): Cancel {
    return this.clock.after(milliseconds, callback);
  }

  keep(key: string, value: string): string {
    const kept = this.storage.get(key) ?? value;
    this.storage.set(key, kept);
    return kept;
  }

  resolve(url: string): string {
    return url.replace(/\/+$/, '');
  }

  lock(): Promise<void> {
    return Promise.reject(new DOMException('The request was denied.', 'SecurityError'));
  }

  /** It is the only tab. `SimulatedTab` is one of several. */
  channel(): undefined {
    return undefined;
  }

  warn(text: string): void {
    this.warned.push(text);
  }

  report(error: unknown): void {
    this.reported.push(error);
  }

  page(happened: (event: PageEvent, persisted: boolean) => void): Cancel {
    this.pages.push(happened);
    return () => {
      this.pages = this.pages.filter((each) => each !== happened);
    };
  }

  /** Something happens to the page. */
  happen(event: PageEvent, persisted = false): void {
    for (const happened of this.pages) happened(event, persisted);
  }

  async fetch(url: string, request: HttpRequest): Promise<HttpAnswer> {
    this.attempts.push(this.now());
    this.requests.push({ url, request });
    if (this.isDown) throw new TypeError('Failed to fetch');
    return this.http.answer(url, request);
  }

  openSocket(url: string): Socket {
    this.attempts.push(this.now());
    const opened: Socket = {
      onopen: null,
      onmessage: null,
      onclose: null,
      send: (text) => {
        if (!this.isCut) this.#hear(socket, JSON.parse(text) as Frame);
      },
      close: () => {
        socket.isOpen = false;
      },
    };
    const events: SocketEvents = {
      opened: () => opened.onopen?.(),
      received: (data) => opened.onmessage?.({ data }),
      closed: (code, reason) => opened.onclose?.({ code, reason }),
    };
    const socket: SimulatedSocket = {
      url,
      events,
      heard: [],
      watched: new Set(),
      devices: new Set(),
      isOpen: true,
    };
    this.sockets.push(socket);
    this.clock.after(5, () => {
      if (this.isDown || this.areSocketsBlocked) this.end(socket, 1006);
      else if (socket.isOpen && !this.isCut) events.opened();
    });
    return opened;
  }

  /** The open socket that was opened last. */
  get socket(): SimulatedSocket | undefined {
    return this.sockets.findLast(({ isOpen }) => isOpen);
  }

  /** Frames of this type that the daemon has heard. */
  heard(type: string): Frame[] {
    return this.sockets.flatMap((socket) => socket.heard).filter((frame) => frame.type === type);
  }

  end(socket: SimulatedSocket, code: number, reason = ''): void {
    if (!socket.isOpen) return;
    socket.isOpen = false;
    socket.events.closed(code, reason);
  }

  endAll(code: number, reason = ''): void {
    for (const socket of this.sockets) this.end(socket, code, reason);
  }

  say(socket: SimulatedSocket, frame: object): void {
    if (socket.isOpen && !this.isCut) socket.events.received(JSON.stringify(frame));
  }

  /** Another client brings a device online. */
  join(user: string, device: string, meta: unknown = null): void {
    const devices = this.users.get(user) ?? new Map<string, unknown>();
    const type = devices.size === 0 ? 'user.online' : 'user.updated';
    this.users.set(user, devices.set(device, meta));
    this.#tell(type, user);
  }

  leave(user: string, device: string): void {
    const devices = this.users.get(user);
    if (devices?.delete(device) !== true) return;
    this.#tell(devices.size === 0 ? 'user.offline' : 'user.updated', user);
  }

  view(user: string): object {
    const devices = [...(this.users.get(user) ?? [])].map(([device, meta]) => ({ device, meta }));
    return { id: user, status: devices.length > 0 ? 'online' : 'offline', since: 1, devices };
  }

  #tell(type: string, user: string): void {
    this.http.tell(type, user);
    for (const socket of this.sockets) {
      if (socket.watched.has(user))
        this.say(socket, { type: 'event', event: { type, user: this.view(user) } });
    }
  }

  #state(socket: SimulatedSocket, users: readonly string[]): void {
    const watched = users.filter((user) => !this.forbidden.has(user));
    this.say(socket, { type: 'state', users: watched.map((user) => this.view(user)) });
  }

  #reject(socket: SimulatedSocket, ref: unknown, users: readonly string[], refused: readonly string[]): void {
    const code = 'HEARTBEAT_FORBIDDEN';
    const rejected = refused.map((user) => ({ index: users.indexOf(user), code, error: 'no' }));
    this.say(socket, {
      type: 'error',
      ref,
      code,
      error: 'no',
      accepted: users.length - refused.length,
      rejected,
    });
  }

  #hear(socket: SimulatedSocket, frame: Frame): void {
    if (!socket.isOpen) return;
    socket.heard.push(frame);
    this.clock.after(3, () => this.#answer(socket, frame));
  }

  #answer(socket: SimulatedSocket, { type, ref, token, users, devices }: Frame): void {
    const refusal = this.refusals.get(String(type));
    const isDenied = type === 'auth' && this.tokens?.has(String(token)) === false;
    const healing = type === 'heal' ? this.#refusalOf(socket, (devices ?? []) as SentDevice[]) : undefined;
    const code = isDenied ? 'HEARTBEAT_UNAUTHORIZED' : (refusal ?? healing);
    if (code !== undefined) {
      this.say(socket, { type: 'error', ref, code, error: 'refused' });
      if (isDenied && !this.isCut) this.end(socket, 4401);
      return;
    }
    for (const user of (users ?? []) as string[]) {
      if (type === 'unwatch') socket.watched.delete(user);
      else socket.watched.add(user);
    }
    if (type === 'watch') this.#state(socket, users as string[]);
    const refused = type === 'watch' ? (users as string[]).filter((user) => this.forbidden.has(user)) : [];
    if (refused.length > 0) {
      this.#reject(socket, ref, users as string[], refused);
      return;
    }
    for (const { id, device, meta } of (devices ?? []) as SentDevice[]) {
      if (type === 'heal') {
        socket.devices.add(device);
        this.join(id, device, meta);
      }
      if (type === 'goodbye') {
        socket.devices.delete(device);
        this.leave(id, device);
      }
    }
    if (ref !== undefined) this.say(socket, { type: 'ok', ref });
  }

  #refusalOf(socket: SimulatedSocket, devices: readonly SentDevice[]): string | undefined {
    if (devices.some(({ meta }) => this.isTooLong(meta))) return 'HEARTBEAT_INVALID_FRAME';
    const all = new Set([...socket.devices, ...devices.map(({ device }) => device)]);
    return all.size > this.mostDevices ? 'HEARTBEAT_TOO_MANY_DEVICES' : undefined;
  }

  isTooLong(meta: unknown): boolean {
    return JSON.stringify(meta ?? null).length > this.longestMeta;
  }
}
