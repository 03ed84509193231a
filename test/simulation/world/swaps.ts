import type { OverrideReply } from '../../../actors/notifier/notifier.protocol.js';
import type { App } from '../../../src/app.js';
import { parseOverrideId } from '../../../src/domain/rota-override.js';
import { instant } from '../../../src/domain/time.js';
import type { Loop } from '../machine/loop.js';
import type { Random } from '../machine/random.js';
import { clockOf } from '../oracle/clock-text.js';
import { refusalIn, type HttpAnswer, type HttpClient } from './http.js';
import { asked, refusalOf, type Asked, type Ledger, type RequestedOverride } from './ledger.js';
import type { Answer, Network } from './network.js';
import { PEOPLE, ROTA } from './rota.js';

export interface SwapsDeps {
  readonly loop: Loop;
  readonly random: Random;
  readonly network: Network;
  readonly ledger: Ledger;
  readonly diskKeptRefused: (since: number) => boolean;
  /** Undefined if this client does not use HTTP. */
  readonly http: (client: string) => HttpClient | undefined;
}

/** The mean time between two overrides in milliseconds, and the longest duration of one. */
const EVERY = 2000;
const LONGEST = 6000;

/** The people of a rota, who take the turns of each other, and end some of these overrides early. */
export class SwapsClient {
  readonly id = 'the people of the rota';
  readonly #deps: SwapsDeps;
  readonly #random: Random;
  readonly #http: HttpClient | undefined;
  #isDone = false;

  constructor(deps: SwapsDeps) {
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
      this.#override();
      this.#await();
    });
  }

  #override(): void {
    const { ledger } = this.#deps;
    const random = this.#random;
    const person = random.pick(PEOPLE);
    const startsIn = random.chance(0.3) ? random.int(1, 4000) : 0;
    const length = random.int(500, LONGEST);
    this.#send((app, read, answer) => {
      const startsAt = read.at + read.lead + startsIn;
      const override: RequestedOverride = {
        ...asked(read),
        person,
        startsAt,
        endsAt: startsAt + length,
        id: undefined,
        expiry: undefined,
      };
      ledger.overrides.push(override);
      ledger.count('overrides');
      const later = startsIn > 0 ? ` in ${String(startsIn / 1000)} s` : '';
      ledger.tell(`${person} takes the turn for ${String(length / 1000)} s${later}.`);
      this.#make(app, override, startsIn > 0, (reply, id) => {
        this.#answered(override, `the override of ${clockOf(read.at)}`, reply);
        override.id = id;
        if (id !== undefined && this.#random.chance(0.35))
          this.#later(this.#random.int(1, length + startsIn), () => {
            this.#end(override, id);
          });
        answer(reply);
      });
    });
  }

  #make(
    app: App,
    { person, startsAt, endsAt }: RequestedOverride,
    isLater: boolean,
    answered: (reply: Answer, id?: string) => void,
  ): void {
    if (this.#http === undefined) {
      const times = { startsAt: instant(startsAt), endsAt: instant(endsAt) };
      app.rotas.command({
        kind: 'override',
        request: { rota: ROTA, person, by: person, ...times },
        answered: (reply) => {
          answered(replyOf(reply), reply.kind === 'override' ? reply.override.id : undefined);
        },
      });
      return;
    }
    const times = { ...(isLater && { starts_at: startsAt / 1000 }), ends_at: endsAt / 1000 };
    const body = { person, by: person, ...times };
    this.#http.ask({ method: 'POST', path: `/rotas/${ROTA}/overrides`, body }, (answer) => {
      const { id } = answer.body;
      answered(replyIn(answer), typeof id === 'string' ? id : undefined);
    });
  }

  #end(override: RequestedOverride, text: string): void {
    const id = parseOverrideId(text);
    if (id === undefined) throw new TypeError(`'${text}' is not the id of an override`);
    this.#send((app, read, answer) => {
      const expiry = asked(read);
      override.expiry ??= expiry;
      this.#deps.ledger.count('ends of overrides');
      this.#deps.ledger.tell(`The override of ${clockOf(override.at)} is ended.`);
      const answered = (reply: Answer): void => {
        this.#answered(expiry, `the end of the override of ${clockOf(override.at)}`, reply);
        answer(reply);
      };
      if (this.#http === undefined)
        app.rotas.command({
          kind: 'end_override',
          rota: ROTA,
          id,
          answered: (reply) => {
            answered(replyOf(reply));
          },
        });
      else
        this.#http.ask({ method: 'DELETE', path: `/rotas/${ROTA}/overrides/${id}` }, (reply) => {
          answered(replyIn(reply));
        });
    });
  }

  #answered(request: Asked, what: string, reply: Answer): void {
    const { ledger, loop, diskKeptRefused } = this.#deps;
    const isRefused = reply.kind === 'refused';
    ledger.tell(
      `The people get ${isRefused ? `the refusal ${reply.code ?? ''}` : 'the confirmation'} of ${what}.`,
    );
    request.answeredAt = loop.now;
    request.answer = isRefused ? refusalOf(reply.code ?? '') : 'done';
    request.code = reply.code;
    request.mayBeOnDisk = isRefused && diskKeptRefused(request.at);
  }

  #send(ask: Parameters<Network['send']>[1]['ask']): void {
    this.#deps.network.send(this.id, { isDirect: this.#random.chance(0.5), ask, heard: () => undefined });
  }
}

function replyOf(reply: OverrideReply): Answer {
  return reply.kind === 'override' ? { kind: 'override' } : reply;
}

function replyIn(answer: HttpAnswer): Answer {
  return answer.status < 300 ? { kind: 'override' } : refusalIn(answer);
}
