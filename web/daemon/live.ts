import type { Api, EventIterator, HeartbeatClient, StreamedEvent } from '../../src/client/api/index.js';
import { clientWith } from './client.js';
import { Store } from './store.js';

/** What the page knows of its connection. */
export interface Link {
  /** `live`: what the page shows is as the daemon has it. `stale`: it may be wrong. */
  readonly state: 'connecting' | 'live' | 'stale';
  /** When the daemon was heard last. */
  readonly heardAt: Date | undefined;
  /** Why it is not live, in the words of the client. */
  readonly problem: Error | undefined;
  /** Counts how often it became live: what was read before is read again. */
  readonly round: number;
}

/** The users who were online at an instant. */
export interface Sample {
  readonly at: number;
  readonly online: number;
}

type Listener = (event: StreamedEvent) => void;

/** Everything but the events of users: a daemon may have a million of them. */
const TYPES: NonNullable<Api.Bodies['eventsOfMany']['types']> = [
  'node.flip',
  'alert.raised',
  'alert.delivered',
  'alert.dead',
  'alert.cancelled',
  'alert.folded',
  'daemon.blind',
];

const SECOND = 1000;
const EVERY = 5000;
const WHILE_STALE = 2000;
/** After a node changed its state. Many do so at once. */
const AFTER_FLIP = 250;
/** A poll without an answer for so long is a daemon that is away. */
const PATIENCE = 4000;
/** An hour of samples, one each five seconds. */
const MOST_SAMPLES = 720;

/**
 * Follows a daemon: its events, and its counts every five seconds. The stream alone does not tell a quiet daemon from
 * one that is away, and the counts alone come late; the page is live while both work.
 */
export class Live {
  readonly link = new Store<Link>({ state: 'connecting', heardAt: undefined, problem: undefined, round: 0 });
  readonly stats = new Store<Api.Stats | undefined>(undefined);
  readonly samples = new Store<readonly Sample[]>([]);
  /** The time of the daemon, again every second: one timer for all that shows it. */
  readonly clock = new Store(new Date());
  /** How far the clock of the daemon is ahead of the reader's, in milliseconds. */
  clockSkew = 0;
  /** How often the counts are read, in milliseconds. */
  pace = EVERY;
  readonly #client: HeartbeatClient;
  /** Its stream is not opened again by the client but here, after a poll that was answered. */
  readonly #streamer: HeartbeatClient;
  readonly #listeners = new Set<Listener>();
  #events: EventIterator | undefined;
  #isStreaming = false;
  #isPolling = false;
  /** Whether the counts have changed since they were asked for. */
  #isOutdated = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #ticker: ReturnType<typeof setInterval> | undefined;
  #isEnded = false;

  constructor(key: string | undefined) {
    this.#client = clientWith(key);
    this.#streamer = clientWith(key, ({ error }) => this.#streamBroke(error));
  }

  start(): void {
    void this.#poll();
    this.#ticker = setInterval(this.#tick, SECOND);
    document.addEventListener('visibilitychange', this.#lookAgain);
    addEventListener('online', this.#lookAgain);
  }

  end(): void {
    this.#isEnded = true;
    clearTimeout(this.#timer);
    clearInterval(this.#ticker);
    document.removeEventListener('visibilitychange', this.#lookAgain);
    removeEventListener('online', this.#lookAgain);
    this.#stopStream();
  }

  /** The time of the daemon. */
  now(): Date {
    return new Date(Date.now() + this.clockSkew);
  }

  onEvent(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Reads the counts now, in place of at the end of the interval. */
  readonly poll = (): void => {
    void this.#poll();
  };

  readonly #tick = (): void => this.clock.set(this.now());

  /** A tab in the background is hardly ever woken. */
  readonly #lookAgain = (): void => {
    if (document.visibilityState !== 'visible') return;
    this.#tick();
    this.poll();
  };

  async #poll(): Promise<void> {
    if (this.#isPolling || this.#isEnded) return;
    this.#isPolling = true;
    this.#isOutdated = false;
    clearTimeout(this.#timer);
    try {
      const stats = await this.#client.stats({ signal: AbortSignal.timeout(PATIENCE) });
      this.#heard(stats);
    } catch (error) {
      this.#broken(error);
    } finally {
      this.#isPolling = false;
      this.#pollLater();
    }
  }

  #pollLater(): void {
    if (this.#isEnded) return;
    const pace = this.link.value.state === 'live' ? this.pace : WHILE_STALE;
    this.#timer = setTimeout(this.poll, this.#isOutdated ? AFTER_FLIP : pace);
  }

  /** The counts go with what else the page shows of nodes. */
  #flipped(): void {
    if (this.#isOutdated) return;
    this.#isOutdated = true;
    if (this.#isPolling) return;
    clearTimeout(this.#timer);
    this.#pollLater();
  }

  #heard(stats: Api.Stats): void {
    const at = Date.now();
    this.stats.set(stats);
    const sample = { at: at + this.clockSkew, online: stats.users.online };
    this.samples.set([...this.samples.value, sample].slice(-MOST_SAMPLES));
    this.link.set({ ...this.link.value, heardAt: new Date(at) });
    if (this.#events === undefined) void this.#follow();
    else if (this.#isStreaming) this.#nowLive();
  }

  /** One stream, until it breaks. The next good poll opens another, which begins with a state. */
  async #follow(): Promise<void> {
    const events = this.#streamer.events({ types: TYPES });
    this.#events = events;
    try {
      for await (const event of events) {
        if (this.#events !== events) return;
        if (event.type === 'state') this.#begun(event.at);
        if (event.type === 'node.flip') this.#flipped();
        for (const listener of this.#listeners) listener(event);
      }
    } catch (error) {
      if (this.#events === events) this.#streamBroke(error);
    }
  }

  #begun(at: Date): void {
    this.clockSkew = at.getTime() - Date.now();
    this.#tick();
    this.#isStreaming = true;
    this.#nowLive();
  }

  #nowLive(): void {
    const { state, heardAt, round } = this.link.value;
    if (state === 'live') return;
    this.link.set({ state: 'live', heardAt, problem: undefined, round: round + 1 });
  }

  #broken(problem: unknown): void {
    if (this.#isEnded) return;
    const { link } = this;
    link.set({ ...link.value, state: 'stale', problem: problem instanceof Error ? problem : undefined });
  }

  #streamBroke(problem: unknown): void {
    this.#stopStream();
    this.#broken(problem);
    this.poll();
  }

  #stopStream(): void {
    const events = this.#events;
    this.#events = undefined;
    this.#isStreaming = false;
    void events?.return();
  }
}
