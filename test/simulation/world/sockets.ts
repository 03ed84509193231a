import type { UserId } from '../../../src/domain/user-id.js';
import { user as userId } from '../../support/ids.js';
import type { Daemon, Reading } from '../machine/daemon.js';
import type { Process } from '../machine/loop.js';
import type { Random } from '../machine/random.js';
import type { EventStreamOracle, SentEvent } from '../oracle/event-stream.js';
import { isSettled, type PresenceOracle } from '../oracle/presence.js';
import type { Key, Keys } from './keys.js';
import { refusalOf, type UserChange } from './ledger.js';
import type { Link } from './network.js';
import { SocketFrames } from './socket-frames.js';
import type { UsersDeps } from './users.js';

export interface SocketsDeps extends Omit<UsersDeps, 'http' | 'oracle'> {
  readonly daemon: Daemon;
  readonly keys: Keys;
  readonly presence: PresenceOracle;
  /** Users whom sockets watch. */
  readonly watched: readonly UserId[];
  readonly oracle: (name: string) => EventStreamOracle;
}

/** Ids of other users are smaller. */
const FIRST = 2000;
/** The most users of a socket. */
const MOST = 2;
/** A payload that no ping has. */
const UNSENT = 'nonsense';
const CLOSED_FOR_RESTART = 1012;

/** A frame of the daemon. */
interface Frame extends Partial<SentEvent> {
  readonly type: string;
  readonly ref?: number;
  readonly code?: string;
  readonly rejected?: readonly { readonly index: number; readonly code: string }[];
  readonly event?: SentEvent;
}

/** An open connection, as both ends see it. */
interface Open {
  readonly frames: SocketFrames;
  readonly process: Process;
  /** Called when the daemon is gone. */
  readonly gone: () => void;
  readonly up: Link;
  readonly down: Link;
  /** What the last key allows; undefined before the first. */
  key: Key | undefined;
  /** Users whom the connection keeps online. */
  readonly held: Set<UserId>;
  /** The last ping's payload, until it is answered. */
  ping: string | undefined;
  readonly asked: Map<number, readonly UserChange[]>;
  /** What the last answered ping healed. */
  ponged: readonly UserChange[];
  isClosing: boolean;
}

/** An app with a socket, which keeps its users online by answering pings. */
export class SocketClient {
  readonly id: string;
  readonly users: readonly UserId[];
  readonly oracle: EventStreamOracle;
  readonly #deps: SocketsDeps;
  readonly #random: Random;
  #open: Open | undefined;
  #ref = 0;
  #isSuspended = false;
  #isDone = false;

  constructor(number: number, deps: SocketsDeps) {
    this.id = `socket ${String(number)}`;
    this.#deps = deps;
    const random = deps.random.fork(this.id);
    this.#random = random;
    this.users = Array.from({ length: random.int(1, MOST) }, (_, index) =>
      userId(FIRST + MOST * number + index),
    );
    for (const user of this.users) deps.ledger.users.set(user, []);
    this.oracle = deps.oracle(this.id);
    this.#connectIn(random.wait(deps.settings.timeout));
    this.#look();
  }

  /** It is gone, without a goodbye. */
  end(): void {
    this.#isDone = true;
    const open = this.#open;
    if (open !== undefined) this.#break(open);
  }

  #later(delay: number, work: () => void): void {
    this.#deps.loop.after(delay, () => {
      if (!this.#isDone) this.#judged(work);
    });
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
        handle: () => this.#judged(() => this.#connect()),
      });
    });
  }

  #connect(): void {
    const { daemon, ledger, network } = this.#deps;
    const { process } = daemon;
    if (process === undefined || this.#isDone) return;
    const broke = (): void => this.#break(open);
    const open: Open = {
      frames: new SocketFrames(daemon.connect(), {
        opened: () => open.down.send(() => this.#begin(open)),
        text: (text) => this.#judged(() => this.#heard(open, text)),
        ping: (payload) => this.#pinged(open, payload),
        close: (code) => this.#closed(open, code),
        ended: () => open.down.send(broke),
      }),
      process,
      gone: () => this.#die(open),
      up: network.link(this.id, broke),
      down: network.link(this.id, broke),
      key: undefined,
      held: new Set(),
      ping: undefined,
      asked: new Map(),
      ponged: [],
      isClosing: false,
    };
    this.#open = open;
    this.#isSuspended = false;
    ledger.count('sockets');
    this.#tell('connects');
    this.oracle.connects(undefined, daemon.run);
    daemon.broken.add(open.gone);
    open.frames.open();
  }

  #tell(what: string): void {
    const { ledger } = this.#deps;
    for (const user of this.users) ledger.tell(`The ${this.id}, of user ${user}, ${what}.`, user);
  }

  /** The daemon is gone, and with it what it had not handled. */
  #die(open: Open): void {
    const { now } = this.#deps.loop;
    for (const change of open.ponged) if (change.at === now) change.answer = undefined;
    this.#break(open);
  }

  /** The connection is gone. The daemon notices that, if it lives. */
  #break(open: Open): void {
    if (this.#open !== open) return;
    this.#open = undefined;
    const { daemon, loop } = this.#deps;
    daemon.broken.delete(open.gone);
    open.up.close();
    open.down.close();
    this.#tell('is disconnected');
    loop.after(0, () => open.frames.close(), open.process);
    if (!this.#isDone) this.#connectIn(this.#random.int(20, 1500));
  }

  #begin(open: Open): void {
    const { settings, watched } = this.#deps;
    this.#authenticate(open);
    this.#heal(open);
    this.#send(open, { type: 'watch', users: watched });
    this.#later(this.#random.wait(6 * settings.timeout), () => this.#leave(open));
    this.#healAgain(open);
  }

  #authenticate(open: Open): void {
    const { daemon, keys } = this.#deps;
    const key = this.#random.chance(0.5) ? keys.endingAfter(daemon.wall.read()) : undefined;
    const chosen = key ?? keys.lasting;
    this.#send(open, { type: 'auth', token: chosen.token }, (reading) => {
      // Once its key has ended, a connection is closed with the next tick, unless another key comes before.
      if (open.isClosing) return;
      if (reading.at + reading.lead < chosen.expires) open.key = chosen;
    });
  }

  /** Sends a frame. @param read called when the daemon reads it, before it handles it */
  #send(open: Open, frame: object, read: (reading: Reading) => void = () => undefined): number {
    const ref = ++this.#ref;
    this.#push(open, (reading) => {
      read(reading);
      open.frames.sendText(JSON.stringify({ ...frame, ref }));
    });
    return ref;
  }

  #push(open: Open, push: (reading: Reading) => void): void {
    const { daemon } = this.#deps;
    open.up.send(() => {
      daemon.receive({
        lost: () => this.#break(open),
        handle: (_, reading) => {
          if (this.#open === open) this.#judged(() => push(reading));
        },
      });
    });
  }

  #healAgain(open: Open): void {
    this.#later(this.#random.wait(2 * this.#deps.settings.timeout), () => {
      if (this.#open !== open) return;
      if (!this.#isSuspended) this.#heal(open);
      this.#healAgain(open);
    });
  }

  #heal(open: Open): void {
    const devices = this.users.map((id) => ({ id }));
    const ref = this.#send(open, { type: 'heal', devices }, (reading) => {
      if (hasEnded(open, reading)) return;
      open.asked.set(
        ref,
        this.users.map((user) => this.#did('heal', user, reading)),
      );
      for (const user of this.users) open.held.add(user);
    });
  }

  #did(kind: 'heal' | 'goodbye', user: UserId, reading: Reading): UserChange {
    const change: UserChange = {
      kind,
      ...reading,
      answer: undefined,
      answeredAt: undefined,
      code: undefined,
      mayBeOnDisk: false,
    };
    this.#deps.ledger.users.get(user)?.push(change);
    this.#deps.ledger.count(`${kind}s by socket`);
    this.#deps.ledger.tell(`The ${this.id} sends a ${kind} of user ${user}.`, user);
    return change;
  }

  #pinged(open: Open, payload: string): void {
    open.ping = payload;
    open.down.send(() => {
      if (this.#isSuspended) return;
      if (this.#random.chance(0.05)) this.#push(open, () => open.frames.sendPong(UNSENT));
      this.#push(open, (reading) => {
        this.#answerPing(open, payload, reading);
        open.frames.sendPong(payload);
      });
    });
  }

  /** The daemon gets the answer to a ping, which is a heal if the ping was the last one and the key is valid. */
  #answerPing(open: Open, payload: string, reading: Reading): void {
    if (open.ping !== payload || hasEnded(open, reading) || open.isClosing) return;
    open.ping = undefined;
    const { ledger, presence } = this.#deps;
    ledger.count('pings answered');
    open.ponged = [...open.held].map((user) => {
      const changes = ledger.users.get(user) ?? [];
      const last = changes.findLast((change) => change.kind === 'heal' && isSettled(change, reading.at));
      const isOnline =
        last !== undefined &&
        !changes.some(({ kind, at }) => kind !== 'heal' && at >= last.at) &&
        reading.at < presence.deadline(last, reading.at).lo;
      const change = this.#did('heal', user, reading);
      // It extends a session at once; a new one would have to be written first, and nobody is told.
      if (isOnline) Object.assign(change, { answer: 'done', answeredAt: reading.at });
      return change;
    });
  }

  #heard(open: Open, text: string): void {
    const frame = JSON.parse(text) as Frame;
    if (frame.type === 'state' || frame.type === 'event') this.#watched(frame);
    else if (frame.type === 'ok' || frame.type === 'error') this.#answered(open, frame);
    else if (frame.type === 'expiring' && this.#random.chance(0.5))
      open.down.send(() => this.#authenticate(open));
  }

  #watched({ type, at_ms = 0, users = [], event }: Frame): void {
    this.#deps.ledger.count('events by socket');
    if (event !== undefined) this.oracle.sends(undefined, event, false);
    else this.oracle.adds({ type, at_ms, users });
  }

  #answered(open: Open, { type, ref, code = '', rejected }: Frame): void {
    const { loop, diskKeptRefused } = this.#deps;
    if (ref === undefined) {
      // Some pong was refused, for instance since a crash was injected.
      for (const change of open.ponged) change.answer = undefined;
      return;
    }
    for (const [index, change] of (open.asked.get(ref) ?? []).entries()) {
      const refusal = rejected === undefined ? code : rejected.find((one) => one.index === index)?.code;
      change.answeredAt = loop.now;
      if (type === 'ok' || refusal === undefined) change.answer = 'done';
      else {
        change.answer = refusalOf(refusal);
        change.code = refusal;
        change.mayBeOnDisk = diskKeptRefused(change.at);
      }
    }
    open.asked.delete(ref);
  }

  #closed(open: Open, code: number): void {
    open.isClosing = true;
    this.#deps.ledger.count(
      code === CLOSED_FOR_RESTART ? 'sockets closed for a restart' : `sockets closed: ${String(code)}`,
    );
    open.down.send(() => {
      this.#push(open, () => open.frames.sendClose(code));
    });
  }

  #leave(open: Open): void {
    if (this.#open !== open) return;
    const { settings } = this.#deps;
    const way = this.#random.next();
    if (way < 0.4) this.#goodbye(open);
    else if (way < 0.7) this.#break(open);
    else this.#suspend();
    this.#later(this.#random.wait(4 * settings.timeout), () => this.#leave(open));
  }

  #goodbye(open: Open): void {
    const devices = this.users.map((id) => ({ id }));
    const ref = this.#send(open, { type: 'goodbye', devices }, (reading) => {
      if (hasEnded(open, reading)) return;
      open.asked.set(
        ref,
        this.users.map((user) => this.#did('goodbye', user, reading)),
      );
      open.held.clear();
    });
  }

  /** The browser sleeps: it answers nothing, and the connection stays. */
  #suspend(): void {
    this.#isSuspended = true;
    this.#later(this.#random.int(100, 3 * this.#deps.settings.timeout), () => {
      this.#isSuspended = false;
    });
  }

  /** Somebody asks whether its users are online, again and again. */
  #look(): void {
    const { ledger, loop, network, presence, settings } = this.#deps;
    this.#later(this.#random.wait(settings.timeout), () => {
      this.#look();
      const user = this.#random.pick(this.users);
      network.send(`watcher of ${user}`, {
        isDirect: true,
        ask: (app, read, answer) => {
          ledger.count('checkups of sockets');
          app.users.ask('checkup', user, (reply) => {
            answer(reply);
            if (reply.kind === 'online' || reply.kind === 'offline')
              this.#judged(() => presence.checkup(user, read, reply.kind === 'online', loop.now));
          });
        },
        heard: () => undefined,
      });
    });
  }
}

/** Whether the key that it authenticated with has ended, or there was none. */
function hasEnded({ key }: Open, { at, lead }: Pick<Reading, 'at' | 'lead'>): boolean {
  return key === undefined || at + lead >= key.expires;
}
