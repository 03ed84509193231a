import { parseSilenceId } from '../../../src/domain/silence-id.js';
import { instant } from '../../../src/domain/time.js';
import type { SilenceReply } from '../../../actors/notifier/notifier.protocol.js';
import type { App } from '../../../src/app.js';
import type { Loop } from '../machine/loop.js';
import type { Random } from '../machine/random.js';
import { clockOf } from '../oracle/clock-text.js';
import { refusalIn, type HttpAnswer, type HttpClient } from './http.js';
import { asked, refusalOf, type Asked, type Ledger, type RequestedSilence } from './ledger.js';
import type { Answer, Network } from './network.js';
import { someNodes, type FittingNames } from './node-matchers.js';
import type { Settings } from './settings.js';

export interface OnCallDeps {
  readonly loop: Loop;
  readonly random: Random;
  readonly network: Network;
  readonly ledger: Ledger;
  readonly settings: Settings;
  readonly diskKeptRefused: (since: number) => boolean;
  /** Undefined if this client does not use HTTP. */
  readonly http: (client: string) => HttpClient | undefined;
}

/** What a request for a silence says. */
interface Wanted extends FittingNames {
  /** Milliseconds from now. */
  readonly startsIn: number;
  readonly length: number;
}

/** The mean time between two silences in milliseconds, and the longest duration of one. */
const EVERY = 9000;
const LONGEST = 16_000;

/** Somebody on call, who silences nodes, and ends some of the silences. */
export class OnCallClient {
  readonly id = 'on call';
  readonly #deps: OnCallDeps;
  readonly #random: Random;
  readonly #http: HttpClient | undefined;
  #isDone = false;

  constructor(deps: OnCallDeps) {
    this.#deps = deps;
    this.#random = deps.random.fork(this.id);
    this.#http = deps.http(this.id);
    this.#await();
  }

  /** Stops all requests. */
  end(): void {
    this.#isDone = true;
  }

  #later(delay: number, work: () => void): void {
    this.#deps.loop.after(delay, () => {
      if (!this.#isDone) work();
    });
  }

  #await(): void {
    this.#later(this.#random.wait(EVERY), () => {
      const random = this.#random;
      this.#silence({
        ...someNodes(this.#deps.settings.nodes, random),
        startsIn: random.chance(0.3) ? random.int(1, 4000) : 0,
        length: random.int(500, LONGEST),
      });
      this.#await();
    });
  }

  #silence({ matchers, nodes, startsIn, length }: Wanted): void {
    const { ledger } = this.#deps;
    this.#send('silence', (app, read, answer) => {
      const startsAt = instant(read.at + read.lead + startsIn);
      const endsAt = instant(startsAt + length);
      const silence: RequestedSilence = {
        ...asked(read),
        nodes,
        startsAt,
        endsAt,
        id: undefined,
        expiry: undefined,
      };
      ledger.silences.push(silence);
      const what = `${matchers.join(' and ')} for ${String(length / 1000)} s${startsIn > 0 ? ` in ${String(startsIn / 1000)} s` : ''}`;
      ledger.tell(`On-call silences ${what}.`);
      const request = { matchers, startsAt, endsAt, by: 'ann' };
      this.#make(app, request, startsIn > 0, (reply, id) => {
        this.#answered(silence, `the silence of ${clockOf(read.at)}`, reply);
        silence.id = id;
        if (id !== undefined) this.#mayEnd(silence, id, length + startsIn);
        answer(reply);
      });
    });
  }

  #make(
    app: App,
    request: {
      readonly matchers: readonly string[];
      readonly startsAt: number;
      readonly endsAt: number;
      readonly by: string;
    },
    isLater: boolean,
    answered: (reply: Answer, id?: string) => void,
  ): void {
    const { matchers, by } = request;
    const [startsAt, endsAt] = [instant(request.startsAt), instant(request.endsAt)];
    if (this.#http === undefined) {
      app.silences.command({
        kind: 'silence',
        request: { matchers, startsAt, endsAt, by },
        answered: (reply) => {
          answered(replyOf(reply), reply.kind === 'silence' ? reply.silence.id : undefined);
        },
      });
      return;
    }
    // The daemon takes an instant of ISO 8601 for its whole seconds.
    const times = { ...(isLater && { starts_at: startsAt / 1000 }), ends_at: endsAt / 1000 };
    this.#http.ask({ method: 'POST', path: '/silences', body: { matchers, by, ...times } }, (answer) => {
      const { id } = answer.body;
      answered(replyIn(answer), typeof id === 'string' ? id : undefined);
    });
  }

  /** Ends some of the silences early. */
  #mayEnd(silence: RequestedSilence, id: string, length: number): void {
    const random = this.#random;
    if (!random.chance(0.35)) return;
    this.#later(random.int(1, length), () => {
      this.#send('end', (app, read, answer) => {
        const expiry = asked(read);
        silence.expiry ??= expiry;
        this.#deps.ledger.tell(`On-call ends the silence of ${clockOf(silence.at)}.`);
        this.#expire(app, id, (reply) => {
          this.#answered(expiry, `the end of the silence of ${clockOf(silence.at)}`, reply);
          answer(reply);
        });
      });
    });
  }

  #expire(app: App, text: string, answered: (reply: Answer) => void): void {
    const id = parseSilenceId(text);
    if (id === undefined) throw new TypeError(`'${text}' is not the id of a silence`);
    if (this.#http === undefined)
      app.silences.command({
        kind: 'expire',
        id,
        within: undefined,
        answered: (reply) => {
          answered(replyOf(reply));
        },
      });
    else
      this.#http.ask({ method: 'DELETE', path: `/silences/${id}` }, (answer) => {
        answered(replyIn(answer));
      });
  }

  #answered(request: Asked, what: string, reply: Answer): void {
    const { ledger, loop, diskKeptRefused } = this.#deps;
    const isRefused = reply.kind === 'refused';
    ledger.tell(
      `On-call gets ${isRefused ? `the refusal ${reply.code ?? ''}` : 'the confirmation'} of ${what}.`,
    );
    request.answeredAt = loop.now;
    request.answer = isRefused ? refusalOf(reply.code ?? '') : 'done';
    request.code = reply.code;
    request.mayBeOnDisk = isRefused && diskKeptRefused(request.at);
  }

  #send(what: string, ask: Parameters<Network['send']>[1]['ask']): void {
    const { network, ledger } = this.#deps;
    network.send(this.id, {
      isDirect: this.#random.chance(0.5),
      ask: (app, read, answer) => {
        ledger.count(what === 'end' ? 'ends of silences' : 'silences');
        ask(app, read, answer);
      },
      heard: () => undefined,
    });
  }
}

function replyOf(reply: SilenceReply): Answer {
  return reply.kind === 'silence' ? { kind: 'silence' } : reply;
}

function replyIn(answer: HttpAnswer): Answer {
  return answer.status < 300 ? { kind: 'silence' } : refusalIn(answer);
}
