import type { NodeReply, NodeRequest } from '../../../actors/node/node.protocol.js';
import type { App } from '../../../src/app.js';
import type { NodeName } from '../../../src/domain/node-name.js';
import { node as nodeName } from '../../support/ids.js';
import type { Reading } from '../machine/daemon.js';
import type { Loop } from '../machine/loop.js';
import type { Random } from '../machine/random.js';
import { clockOf } from '../oracle/clock-text.js';
import { refusalIn, type HttpAnswer, type HttpClient } from './http.js';
import { asked, refusalOf, type JobRecord, type Ledger, type SentPing } from './ledger.js';
import type { Answer, Network } from './network.js';
import type { Settings } from './settings.js';

export interface JobsDeps {
  readonly loop: Loop;
  readonly random: Random;
  readonly network: Network;
  readonly ledger: Ledger;
  readonly settings: Settings;
  readonly diskKeptRefused: (since: number) => boolean;
  /** Undefined if this client does not use HTTP. */
  readonly http: (client: string) => HttpClient | undefined;
}

type Said = Pick<SentPing, 'kind' | 'exitStatus' | 'rid'>;

/** What the daemon says to a ping beyond its rate. It does not count. */
const IGNORED = 'OK (rate limited)';

/** A job that says when it starts and ends, as healthchecks has it. Its runs may overlap, and some never end. */
export class JobClient {
  readonly name: NodeName;
  readonly #deps: JobsDeps;
  readonly #random: Random;
  readonly #http: HttpClient | undefined;
  readonly #record: JobRecord;
  #uuid = '';
  #isDone = false;

  constructor(number: number, deps: JobsDeps) {
    this.name = nodeName(`job-${String(number)}`);
    this.#deps = deps;
    this.#random = deps.random.fork(this.name);
    this.#http = deps.http(this.name);
    const { nodeTimeout } = deps.settings;
    this.#record = { timeout: 3 * nodeTimeout, grace: nodeTimeout, registeredAt: undefined, pings: [] };
    deps.ledger.jobs.set(this.name, this.#record);
    this.#later(this.#random.wait(nodeTimeout), () => {
      this.#register();
    });
  }

  /** Stops all requests. */
  end(): void {
    this.#isDone = true;
  }

  /** Sends one request, also after the end. */
  send(kind: 'resume' | 'heartbeat' | 'forget'): void {
    this.#deps.network.send(this.name, {
      isDirect: true,
      ask: (app, _read, answer) => {
        app.nodes.ask(this.name, { kind }, answer);
      },
      heard: () => undefined,
    });
  }

  #later(delay: number, work: () => void): void {
    this.#deps.loop.after(delay, () => {
      if (!this.#isDone) work();
    });
  }

  /** Registers the node until that is confirmed, and only then begins to ping. */
  #register(): void {
    const { network, settings } = this.#deps;
    network.send(this.name, {
      ask: (app, read, answer) => {
        this.#put(app, read, answer);
      },
      heard: (reply) => {
        if (reply !== 'lost' && reply.kind !== 'refused') this.#run();
        else
          this.#later(settings.nodeTimeout, () => {
            this.#register();
          });
      },
    });
  }

  #put(app: App, read: Reading, answer: (reply: Answer) => void): void {
    const { timeout, grace } = this.#record;
    const answered = (reply: Answer): void => {
      if (reply.kind !== 'refused') this.#record.registeredAt = read.at;
      answer(reply);
    };
    if (this.#http === undefined) {
      app.nodes.ask(this.name, { kind: 'put', change: { timeout, maxRetries: 0, grace } }, answered);
      return;
    }
    const body = { timeout: timeout / 1000, max_retries: 0, grace: grace / 1000 };
    this.#http.ask({ method: 'PUT', path: `/nodes/${this.name}`, body }, (shown) => {
      const { ping_uuid: uuid } = shown.body;
      if (typeof uuid === 'string') this.#uuid = uuid;
      answered(shown.status < 300 ? { kind: 'node' } : refusalIn(shown));
    });
  }

  #run(): void {
    const random = this.#random;
    const { grace } = this.#record;
    const rid = random.chance(0.5) ? { rid: uuidBy(random) } : {};
    const hasStart = random.chance(0.75);
    const length = random.int(50, grace * 1.6);
    if (hasStart) this.#ping({ kind: 'start', ...rid });
    if (random.chance(0.1))
      this.#later(random.int(1, length), () => {
        this.#ping({ kind: 'log', ...rid });
      });
    const end = random.next();
    const status = random.int(1, 255);
    this.#later(length, () => {
      if (end < 0.6) this.#ping({ kind: 'success', ...rid });
      else if (end < 0.75) this.#ping({ kind: 'exit', exitStatus: 0, ...rid });
      else if (end < 0.82) this.#ping({ kind: 'fail', ...rid });
      else if (end < 0.88) this.#ping({ kind: 'exit', exitStatus: status, ...rid });
    });
    this.#later(random.int(grace * 0.3, grace * 2.5), () => {
      this.#run();
    });
  }

  #ping(said: Said): void {
    const { network, ledger, loop, diskKeptRefused } = this.#deps;
    network.send(this.name, {
      isDirect: this.#random.chance(0.5),
      ask: (app, read, answer) => {
        const { pings } = this.#record;
        const ping: SentPing = { ...asked(read), ...said, number: pings.length + 1 };
        pings.push(ping);
        ledger.count('pings');
        const what = `${said.kind}${said.exitStatus === undefined ? '' : ` ${String(said.exitStatus)}`}`;
        const whose = said.rid === undefined ? '' : ` of run ${said.rid.slice(0, 8)}`;
        ledger.tell(`${this.name} sends the ping '${what}'${whose}.`, this.name);
        this.#tell(app, ping, (reply) => {
          ping.answeredAt = loop.now;
          ping.answer = reply.kind === 'refused' ? refusalOf(reply.code ?? '') : 'done';
          ping.code = reply.code;
          ping.mayBeOnDisk = reply.kind === 'refused' && diskKeptRefused(read.at);
          const said = reply.kind === 'refused' ? `the refusal ${reply.code ?? ''}` : 'the confirmation';
          ledger.tell(`${this.name} gets ${said} of the ping of ${clockOf(read.at)}.`, this.name);
          answer(reply);
        });
      },
      heard: () => undefined,
    });
  }

  /** The length of its body tells a ping from all others. */
  #tell(app: App, { kind, exitStatus, rid, number }: SentPing, answered: (reply: Answer) => void): void {
    if (this.#http === undefined) {
      const said = { ...(exitStatus !== undefined && { exitStatus }), ...(rid !== undefined && { rid }) };
      const ping = { kind, ...said, method: 'POST', body: new Uint8Array(number), bytes: number };
      const request: NodeRequest = { kind: 'ping', ping, creates: false };
      app.nodes.ask(this.name, request, (reply: NodeReply) => {
        answered(reply);
      });
      return;
    }
    const says = kind === 'success' ? '' : kind === 'exit' ? `/${String(exitStatus)}` : `/${kind}`;
    const query = rid === undefined ? '' : `?rid=${rid}`;
    const path = `/ping/${this.#uuid}${says}${query}`;
    this.#http.ask({ method: 'POST', path, text: 'x'.repeat(number) }, (answer) => {
      answered(pingReplyIn(answer));
    });
  }
}

function pingReplyIn(answer: HttpAnswer): Answer {
  if (answer.text === IGNORED) return { kind: 'refused', code: 'rate limited' };
  return answer.status < 300 ? { kind: 'pinged' } : refusalIn(answer);
}

function uuidBy(random: Random): string {
  const digits = (length: number): string =>
    Array.from({ length }, () => random.int(0, 15).toString(16)).join('');
  return [digits(8), digits(4), digits(4), digits(4), digits(12)].join('-');
}
