import type { App } from '../../../src/app.js';
import type { UserId } from '../../../src/domain/user-id.js';
import { user as userId } from '../../support/ids.js';
import type { Loop } from '../machine/loop.js';
import type { Random } from '../machine/random.js';
import { clockOf } from '../oracle/clock-text.js';
import type { PresenceOracle } from '../oracle/presence.js';
import { refusalOf, type Ledger, type UserChange } from './ledger.js';
import { refusalIn, type HttpAnswer, type HttpClient, type HttpRequest } from './http.js';
import type { Answer, Network } from './network.js';
import type { Settings } from './settings.js';

export interface UsersDeps {
  readonly loop: Loop;
  readonly random: Random;
  readonly network: Network;
  readonly ledger: Ledger;
  readonly oracle: PresenceOracle;
  readonly settings: Settings;
  /** Whether a refused write has reached the disk since then. */
  readonly diskKeptRefused: (since: number) => boolean;
  /** Undefined if this client does not use HTTP. */
  readonly http: (client: string) => HttpClient | undefined;
  /** Called if a promise was broken while a request was handled. */
  readonly broken: (error: unknown) => void;
}

function said({ kind, code = '' }: Answer): string {
  return kind === 'refused' ? `the refusal ${code}` : `'${kind}'`;
}

/** The requests that change something, and the checkup. */
type Kind = UserChange['kind'] | 'checkup';

const CALLS: Readonly<Record<Kind, readonly [HttpRequest['method'], path: string]>> = {
  heal: ['PUT', '/heal/'],
  goodbye: ['DELETE', '/heal/'],
  checkup: ['GET', '/checkup/'],
  erase: ['DELETE', '/users/'],
};

function replyIn(answer: HttpAnswer): Answer {
  const { status } = answer.body;
  if (answer.status >= 300) return refusalIn(answer);
  return { kind: typeof status === 'string' ? status : 'erased' };
}

/** The app of one user: goes online and offline, heals while online, and repeats requests without an answer. */
export class UserClient {
  readonly id: UserId;
  readonly #deps: UsersDeps;
  readonly #random: Random;
  readonly #http: HttpClient | undefined;
  readonly #changes: UserChange[] = [];
  #leavesAt = 0;
  #isDone = false;

  constructor(number: number, deps: UsersDeps) {
    this.id = userId(number);
    this.#deps = deps;
    this.#random = deps.random.fork(`user ${this.id}`);
    this.#http = deps.http(`user ${this.id}`);
    deps.ledger.users.set(this.id, this.#changes);
    this.#away(deps.settings.timeout);
  }

  /** Stops all requests. */
  end(): void {
    this.#isDone = true;
  }

  /** The number of times that it gave up. Requests planned before that are dropped. */
  #life = 0;

  #later(delay: number, work: () => void): void {
    const life = this.#life;
    this.#deps.loop.after(delay, () => {
      if (!this.#isDone && life === this.#life) work();
    });
  }

  /** After a refusal it is silent for a while. Meanwhile a checkup asks whether it is online. */
  #giveUp(): void {
    const { timeout } = this.#deps.settings;
    this.#life++;
    this.#away(6 * timeout);
    for (let look = 1; look <= 4; look++) this.#beWatched(look * timeout);
  }

  #away(mean: number): void {
    this.#later(this.#random.wait(mean), () => {
      const { loop, settings } = this.#deps;
      this.#leavesAt = loop.now + this.#random.wait(4 * settings.timeout);
      this.#beat();
    });
  }

  #beat(): void {
    const { loop, settings } = this.#deps;
    if (loop.now >= this.#leavesAt) {
      this.#leave();
      return;
    }
    const { timeout } = settings;
    // Most heals come early enough; some come exactly at the deadline, just before it or just after it.
    const isEdge = this.#random.chance(0.15);
    const next = isEdge ? timeout + this.#random.int(-1, 1) : this.#random.int(timeout * 0.2, timeout * 0.9);
    this.#change('heal', isEdge || this.#wasEdge);
    this.#wasEdge = isEdge;
    this.#later(next, () => this.#beat());
    if (isEdge || this.#random.chance(0.1)) this.#beWatched(next);
  }

  #wasEdge = false;

  /** Sends a checkup for the user near the deadline. */
  #beWatched(delay: number): void {
    const { settings } = this.#deps;
    const at = this.#random.chance(0.5)
      ? settings.timeout + this.#random.int(-2, 2)
      : this.#random.int(0, delay);
    this.#later(at, () => {
      this.checkup(true);
    });
  }

  #leave(): void {
    const isPolite = this.#random.chance(0.5);
    if (isPolite) this.#change(this.#random.chance(0.08) ? 'erase' : 'goodbye', this.#random.chance(0.3));
    if (this.#random.chance(0.5)) this.#beWatched(this.#deps.settings.timeout * 2);
    this.#away(this.#random.chance(0.3) ? 50 : 2 * this.#deps.settings.timeout);
  }

  #change(kind: UserChange['kind'], isDirect: boolean, attempt = 0): void {
    const { network, ledger, loop, settings } = this.#deps;
    network.send(this.id, {
      isDirect,
      ask: (app, read, answer) => {
        const change: UserChange = {
          kind,
          ...read,
          answer: undefined,
          answeredAt: undefined,
          code: undefined,
          mayBeOnDisk: false,
        };
        this.#changes.push(change);
        ledger.count(kind === 'heal' ? 'heals' : kind === 'goodbye' ? 'goodbyes' : 'erasures');
        ledger.tell(`User ${this.id} sends a ${kind}.`, this.id);
        this.#ask(app, kind, (reply) => {
          ledger.tell(`User ${this.id} gets ${said(reply)} to the ${kind} of ${clockOf(read.at)}.`, this.id);
          change.answeredAt = loop.now;
          change.answer = reply.kind === 'refused' ? refusalOf(reply.code ?? '') : 'done';
          if (reply.kind === 'refused') {
            change.code = reply.code;
            change.mayBeOnDisk = this.#deps.diskKeptRefused(read.at);
          }
          answer(reply);
        });
      },
      heard: (reply) => {
        const isAnswered = reply !== 'lost' && reply.kind !== 'refused';
        if (isAnswered || this.#isDone || kind === 'erase') return;
        if (reply !== 'lost' && this.#random.chance(0.2)) return this.#giveUp();
        if (attempt >= 3) return;
        this.#later(this.#random.int(1, settings.timeout / 4), () => {
          this.#change(kind, false, attempt + 1);
        });
      },
    });
  }

  #ask(app: App, kind: Kind, answered: (reply: Answer) => void): void {
    if (this.#http === undefined) {
      app.users.ask(kind, this.id, answered);
      return;
    }
    const [method, path] = CALLS[kind];
    this.#http.ask({ method, path: `${path}${this.id}` }, (answer) => {
      answered(replyIn(answer));
    });
  }

  checkup(isDirect: boolean): void {
    const { network, ledger, oracle, loop } = this.#deps;
    network.send(`watcher of ${this.id}`, {
      isDirect,
      ask: (app, read, answer) => {
        ledger.count('checkups');
        this.#ask(app, 'checkup', (reply) => {
          answer(reply);
          if (reply.kind !== 'online' && reply.kind !== 'offline') return;
          try {
            oracle.checkup(this.id, read, reply.kind === 'online', loop.now);
          } catch (error) {
            this.#deps.broken(error);
          }
        });
      },
      heard: () => undefined,
    });
  }
}
