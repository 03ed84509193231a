import type { App } from '../../../src/app.js';
import type { EventReader } from '../../../src/app/events/events-api.js';
import { ANYBODY } from '../../../src/domain/access.js';
import type { UserId } from '../../../src/domain/user-id.js';
import { HeartbeatError } from '../../../src/errors.js';
import { factsOfOffline, factsOfOnline, userText } from '../../../src/views/user-view.js';
import type { Daemon } from '../machine/daemon.js';
import type { Loop, Process } from '../machine/loop.js';
import type { Random } from '../machine/random.js';
import { viewOf, type EventStreamOracle, type SentEvent, type ShownUser } from '../oracle/event-stream.js';
import { EventSource } from './event-source.js';
import type { Ledger } from './ledger.js';
import type { Link, Network } from './network.js';
import { ALL_EVENTS, type Settings } from './settings.js';

export interface ReadersDeps {
  readonly loop: Loop;
  readonly random: Random;
  readonly network: Network;
  readonly ledger: Ledger;
  readonly daemon: Daemon;
  readonly settings: Settings;
  /** All users. */
  readonly users: readonly UserId[];
  /** The headers with which requests are admitted. */
  readonly headers: readonly string[];
  readonly oracle: (name: string) => EventStreamOracle;
  readonly broken: (error: unknown) => void;
}

/** An open stream, from the daemon to the client. */
interface Open {
  readonly link: Link;
  readonly process: Process;
  /** Called when the daemon is gone. */
  readonly gone: () => void;
  /** Closes the daemon's side. */
  close: () => void;
  resume: () => void;
}

/** A reader that has caught up knows what the API shows within this time, unless a crash delays it. */
const SOON = 2500;
const UNSURE = 100;
/** Within this time a reader catches up with what it missed. */
const CATCHES_UP = 5;

/** Somebody who reads events, and connects again when the stream breaks. */
export class ReaderClient {
  readonly id: string;
  readonly oracle: EventStreamOracle;
  /** Undefined: all. */
  readonly users: readonly UserId[] | undefined;
  readonly #deps: ReadersDeps;
  readonly #random: Random;
  readonly #isHttp: boolean;
  #lastId: string | undefined;
  #open: Open | undefined;
  #isFull = false;
  /** When it last connected, or went on reading. */
  #behindAt = 0;

  constructor(number: number, deps: ReadersDeps) {
    this.id = `reader ${String(number)}`;
    this.#deps = deps;
    const random = deps.random.fork(this.id);
    this.#random = random;
    this.#isHttp = deps.settings.http && random.chance(0.6);
    this.users = random.chance(0.5) ? deps.users.filter(() => random.chance(0.7)) : undefined;
    this.oracle = deps.oracle(this.id);
    this.#connectIn(random.wait(500));
    this.#later(random.wait(10_000), () => this.#dawdle());
    this.#later(random.wait(3000), () => this.#look());
  }

  #later(delay: number, work: () => void): void {
    this.#deps.loop.after(delay, () => this.#judged(work));
  }

  #judged(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#deps.broken(error);
    }
  }

  #connectIn(delay: number): void {
    const { daemon, network } = this.#deps;
    this.#later(delay, () => {
      if (network.cut.has(this.id)) {
        this.#connectIn(this.#random.int(100, 1000));
        return;
      }
      daemon.receive({
        lost: () => this.#connectIn(this.#random.int(50, 1000)),
        handle: (app) => this.#judged(() => this.#connect(app)),
      });
    });
  }

  #connect(app: App): void {
    const { daemon, loop, ledger, network } = this.#deps;
    const { process, run } = daemon;
    if (process === undefined) return;
    const open: Open = {
      link: network.link(this.id, () => this.#break(open)),
      process,
      gone: () => this.#break(open),
      close: () => undefined,
      resume: () => undefined,
    };
    this.#open = open;
    this.#behindAt = loop.now;
    this.#isFull = false;
    ledger.count(this.#lastId === undefined ? 'streams of events' : 'streams of events that continue');
    ledger.tell(`The ${this.id} connects${this.#lastId === undefined ? '' : ' again'}.`);
    this.oracle.connects(this.#lastId, run);
    daemon.broken.add(open.gone);
    if (this.#isHttp) this.#request(open);
    else this.#subscribe(app, open);
  }

  #request(open: Open): void {
    const { daemon, headers } = this.#deps;
    const source = new EventSource(daemon.connect(), {
      began: () => undefined,
      event: ({ id, data }) => this.#sent(open, id, data),
      ended: () => open.link.send(() => this.#break(open)),
    });
    open.close = () => source.close();
    const query = this.users?.map((user) => `users=${user}`).join('&');
    // A request without users would ask for all.
    source.request(query === undefined ? '' : `?${query === '' ? 'users=0' : query}`, [
      ...headers,
      ...(this.#lastId === undefined ? [] : [`last-event-id: ${this.#lastId}`]),
    ]);
  }

  #subscribe(app: App, open: Open): void {
    const isFull = (): boolean => this.#isFull;
    const reader: EventReader = {
      get isFull() {
        return isFull();
      },
      state: (state) => this.#sent(open, state.id, [...state.pieces()].join('')),
      events: (events) => {
        if (open.link.isOpen) this.#judged(() => this.oracle.continues());
        for (const { id, text } of events) this.#sent(open, id, text);
      },
      ended: () => open.link.send(() => this.#break(open)),
    };
    try {
      const subscription = app.events.subscribe({ users: this.users }, ANYBODY, reader, this.#lastId);
      open.close = () => subscription.close();
      open.resume = () => subscription.resume();
    } catch (error) {
      if (!(error instanceof HeartbeatError)) throw error;
      this.#break(open);
    }
  }

  /** The daemon has sent something, which arrives later, if nothing breaks before. */
  #sent({ link }: Open, id: string, text: string): void {
    if (!link.isOpen) return;
    const { ledger, settings } = this.#deps;
    const event = JSON.parse(text) as SentEvent;
    ledger.count('events');
    this.#judged(() => this.oracle.sends(id, event, settings.pastEvents === ALL_EVENTS));
    link.send(() => {
      this.#lastId = id;
    });
  }

  /** The connection is gone. The daemon notices that, if it lives. */
  #break(open: Open): void {
    if (this.#open !== open) return;
    this.#open = undefined;
    const { daemon, loop } = this.#deps;
    open.link.close();
    daemon.broken.delete(open.gone);
    loop.after(0, () => open.close(), open.process);
    this.#connectIn(this.#random.int(20, 2000));
  }

  /** For a while it does not read. */
  #dawdle(): void {
    const { loop } = this.#deps;
    this.#later(this.#random.wait(20_000), () => this.#dawdle());
    const open = this.#open;
    if (open === undefined || this.#isHttp) return;
    this.#isFull = true;
    this.#later(this.#random.int(100, 4000), () => {
      if (this.#open !== open) return;
      this.#isFull = false;
      this.#behindAt = loop.now;
      open.resume();
    });
  }

  /** Compares what it knows of a user with what the API shows. */
  #look(): void {
    this.#later(this.#random.wait(2000), () => this.#look());
    const user = this.#random.pick(this.#deps.users);
    const { daemon, loop } = this.#deps;
    const { process } = daemon;
    // Right after a standstill, a heal that waited in a socket may undo what the API shows before it is read.
    const isUnsure = loop.now < daemon.stalledUntil + UNSURE;
    if (process === undefined || !daemon.isReady || isUnsure) return;
    loop.enter(process, () => this.compare(user));
  }

  /** Call it in the daemon's process. */
  compare(user: UserId): void {
    const { daemon, ledger, loop } = this.#deps;
    daemon.app.users.ask('describe', user, (reply) => {
      if (reply.kind !== 'described') return;
      const { session } = reply;
      const facts = session === undefined ? factsOfOffline(undefined) : factsOfOnline(session);
      const shown = viewOf(JSON.parse(userText(`"${user}"`, facts)) as ShownUser);
      const { now } = loop;
      const open = this.#open;
      if (!this.#isCurrent(open, now)) return;
      ledger.count('comparisons of events');
      this.#later(SOON, () => {
        const isSame = open === this.#open && this.#behindAt <= now && !this.#isFull && !daemon.isStalled;
        // After a stall time is given anew, and what was over by then may go on.
        if (!isSame || ledger.wasBlind(now, loop.now)) return;
        if (this.oracle.hasKnown(user, now, shown) === false) this.oracle.complainOf(user, shown);
      });
    });
  }

  #isCurrent(open: Open | undefined, now: number): boolean {
    return open !== undefined && this.oracle.isKnown && !this.#isFull && this.#behindAt + CATCHES_UP < now;
  }
}
