import type { NodeRequest } from '../../../actors/node/node.protocol.js';
import type { App } from '../../../src/app.js';
import type { NodeName } from '../../../src/domain/node-name.js';
import { isCron } from '../../../src/domain/schedule.js';
import { scheduleView } from '../../../src/views/schedule.js';
import { instant } from '../../../src/domain/time.js';
import { node as nodeName } from '../../support/ids.js';
import type { Loop } from '../machine/loop.js';
import type { Random } from '../machine/random.js';
import { clockOf } from '../oracle/clock-text.js';
import { refusalOf, type Ledger, type NodeChange, type WantedSettings } from './ledger.js';
import { refusalIn, type HttpAnswer, type HttpClient, type HttpRequest } from './http.js';
import type { Answer, Network } from './network.js';
import type { Settings } from './settings.js';

export interface NodesDeps {
  readonly loop: Loop;
  readonly random: Random;
  readonly network: Network;
  readonly ledger: Ledger;
  readonly settings: Settings;
  readonly diskKeptRefused: (since: number) => boolean;
  /** Undefined if this client does not use HTTP. */
  readonly http: (client: string) => HttpClient | undefined;
}

const CALLS: Readonly<Record<NodeChange['kind'], readonly [HttpRequest['method'], path: string]>> = {
  heartbeat: ['PUT', '/heartbeat'],
  fail: ['POST', '/fail'],
  put: ['PUT', ''],
  pause: ['POST', '/pause'],
  resume: ['POST', '/resume'],
  forget: ['DELETE', ''],
  acknowledge: ['POST', '/acknowledge'],
  unacknowledge: ['DELETE', '/acknowledge'],
};

function replyIn(answer: HttpAnswer, kind: NodeChange['kind']): Answer {
  if (answer.status >= 300) return refusalIn(answer);
  if (kind === 'heartbeat') return { kind: 'active' };
  return answer.status === 204 ? { kind: 'forgotten' } : { kind: 'node', created: answer.status === 201 };
}

/** A machine or a job: sends heartbeats, goes silent, reports failures, is paused, deleted and registered again. */
export class NodeClient {
  readonly name: NodeName;
  readonly #deps: NodesDeps;
  readonly #random: Random;
  readonly #onCall: Random;
  readonly #pauses: Random;
  readonly #http: HttpClient | undefined;
  readonly #changes: NodeChange[] = [];
  #beatsUntil = 0;
  #isDone = false;
  #wasEdge = false;
  /** Makes silences longer, for the node that others depend on and for those whose alerts it may inhibit. */
  readonly #patience: number;
  /** Undefined if its first heartbeat registers it without settings. */
  readonly #wanted: WantedSettings | undefined;

  constructor(number: number, deps: NodesDeps) {
    this.name = nodeName(`node-${String(number)}`);
    this.#deps = deps;
    this.#random = deps.random.fork(this.name);
    this.#onCall = deps.random.fork(`on call for ${this.name}`);
    this.#pauses = deps.random.fork(`pauses of ${this.name}`);
    this.#http = deps.http(this.name);
    deps.ledger.nodes.set(this.name, this.#changes);
    this.#wanted = this.#wantedBy(number);
    this.#patience = number === 1 ? 3 : this.#wanted === undefined ? 1 : isCronNode(this.#wanted) ? 5 : 2;
    if (this.#wanted !== undefined) deps.ledger.wanted.set(this.name, this.#wanted);
    this.#later(this.#random.wait(deps.settings.nodeTimeout), () => {
      this.#live();
    });
  }

  #wantedBy(number: number): WantedSettings | undefined {
    const { random, settings } = this.#deps;
    const isDependent = number > 1 && random.fork(`what ${this.name} depends on`).chance(0.4);
    const dependsOn = isDependent ? nodeName('node-1') : undefined;
    const isAdaptive = random.fork(`the timeout of ${this.name}`).chance(0.5);
    const { schedules } = settings;
    const chance = random.fork(`the schedule of ${this.name}`);
    const schedule = schedules.length > 0 && chance.chance(0.5) ? chance.pick(schedules) : undefined;
    const timeout = isAdaptive && schedule === undefined ? settings.adaptive : undefined;
    if (dependsOn === undefined && timeout === undefined && schedule === undefined) return undefined;
    return { dependsOn, timeout, schedule };
  }

  /** Stops all requests. */
  end(): void {
    this.#isDone = true;
  }

  /** Sends one request, also after the end. */
  send(kind: NodeChange['kind'], heard: (reply: Answer | 'lost') => void): void {
    this.#send(kind, true, heard);
  }

  #later(delay: number, work: () => void): void {
    this.#deps.loop.after(delay, () => {
      if (!this.#isDone) work();
    });
  }

  #live(): void {
    const { loop, settings } = this.#deps;
    this.#beatsUntil = loop.now + this.#random.wait(6 * settings.nodeTimeout);
    if (this.#wanted !== undefined) this.#ask('put', false);
    this.#beat();
  }

  #beat(): void {
    const { loop, settings } = this.#deps;
    if (loop.now >= this.#beatsUntil) {
      this.#change();
      return;
    }
    const { nodeTimeout } = settings;
    const isEdge = this.#random.chance(0.1);
    const next = isEdge
      ? nodeTimeout + this.#random.int(-1, 1)
      : this.#random.int(nodeTimeout * 0.2, nodeTimeout * 0.9);
    this.#ask('heartbeat', isEdge || this.#wasEdge);
    this.#wasEdge = isEdge;
    this.#later(next, () => {
      this.#beat();
    });
  }

  /** Does something other than a heartbeat, mostly nothing. */
  #change(): void {
    const { settings } = this.#deps;
    const { nodeTimeout, maxRetries } = settings;
    const silence = this.#patience * this.#random.int(nodeTimeout / 2, (maxRetries + 4) * nodeTimeout);
    const what = this.#random.next();
    if (what < 0.15) this.#ask('fail', true);
    else if (what < 0.22) this.#pause(silence * 0.8);
    else if (what < 0.28) this.#ask('forget', true);
    this.#beCaredFor(silence);
    this.#later(silence, () => {
      this.#live();
    });
  }

  /** Pauses for some time. Somebody ends the pause, or it ends by itself. */
  #pause(length: number): void {
    const timed = this.#pauses;
    const isTimed = this.#deps.settings.timedPauses && timed.chance(0.6);
    if (isTimed) this.#ask('pause', false, 0, timed.int(length / 4, length));
    else this.#ask('pause', false);
    if (isTimed && timed.chance(0.7)) return;
    this.#later(length, () => {
      this.#ask('resume', false);
    });
  }

  /** May acknowledge the failure, as on-call does, if it has failed by then, and may withdraw that. */
  #beCaredFor(silence: number): void {
    if (!this.#onCall.chance(0.4)) return;
    const at = this.#onCall.int(0, silence);
    this.#later(at, () => {
      this.#send('acknowledge', true, () => undefined);
    });
    if (!this.#onCall.chance(0.3)) return;
    this.#later(this.#onCall.int(at, silence), () => {
      this.#send('unacknowledge', true, () => undefined);
    });
  }

  /** @param pauseFor milliseconds after which a pause ends by itself */
  #ask(kind: NodeChange['kind'], isDirect: boolean, attempt = 0, pauseFor?: number): void {
    const { settings } = this.#deps;
    const heard = (reply: Answer | 'lost'): void => {
      const isAnswered =
        reply !== 'lost' && (reply.kind !== 'refused' || reply.code === 'HEARTBEAT_UNKNOWN_NODE');
      if (isAnswered || attempt >= 3) return;
      this.#later(this.#random.int(1, settings.nodeTimeout / 4), () => {
        this.#ask(kind, false, attempt + 1, pauseFor);
      });
    };
    this.#send(kind, isDirect, heard, pauseFor);
  }

  #request(kind: NodeChange['kind'], until: number | undefined): NodeRequest {
    if (kind === 'pause' && until !== undefined) return { kind, until: instant(until) };
    if (kind === 'acknowledge') return { kind, by: 'ann' };
    if (kind !== 'put') return { kind };
    const { dependsOn, timeout, schedule } = this.#wanted ?? {};
    return {
      kind,
      change: { timeout, schedule, ...(dependsOn !== undefined && { dependsOn: [dependsOn] }) },
    };
  }

  #body(kind: NodeChange['kind'], pauseFor: number | undefined): object | undefined {
    if (pauseFor !== undefined) return { for: pauseFor / 1000 };
    if (kind === 'acknowledge') return { by: 'ann' };
    if (kind !== 'put') return undefined;
    const { dependsOn, timeout, schedule } = this.#wanted ?? {};
    const { min = 0, max = 0 } = timeout ?? {};
    return {
      ...(timeout !== undefined && { timeout: { adaptive: true, min: min / 1000, max: max / 1000 } }),
      ...(schedule !== undefined && { schedule: scheduleView(schedule) }),
      ...(dependsOn !== undefined && { depends_on: [dependsOn] }),
    };
  }

  #tell(
    app: App,
    { kind, until }: NodeChange,
    pauseFor: number | undefined,
    answered: (reply: Answer) => void,
  ): void {
    if (this.#http === undefined) {
      app.nodes.ask(this.name, this.#request(kind, until), answered);
      return;
    }
    const [method, end] = CALLS[kind];
    const body = this.#body(kind, pauseFor);
    const request = { method, path: `/nodes/${this.name}${end}`, ...(body !== undefined && { body }) };
    this.#http.ask(request, (answer) => {
      answered(replyIn(answer, kind));
    });
  }

  #send(
    kind: NodeChange['kind'],
    isDirect: boolean,
    heard: (reply: Answer | 'lost') => void,
    pauseFor?: number,
  ): void {
    const { network, ledger, loop } = this.#deps;
    network.send(this.name, {
      isDirect,
      ask: (app, read, answer) => {
        const change: NodeChange = {
          kind,
          ...read,
          answer: undefined,
          answeredAt: undefined,
          code: undefined,
          mayBeOnDisk: false,
          created: false,
          ...(pauseFor !== undefined && { until: read.at + read.lead + pauseFor }),
        };
        this.#changes.push(change);
        ledger.count(kind === 'heartbeat' ? 'heartbeats' : 'other requests of nodes');
        const ends = pauseFor === undefined ? '' : ` for ${String(pauseFor / 1000)} s`;
        ledger.tell(`${this.name} sends a ${kind}${ends}.`, this.name);
        this.#tell(app, change, pauseFor, (reply) => {
          const said = reply.kind === 'refused' ? `the refusal ${reply.code ?? ''}` : `'${reply.kind}'`;
          ledger.tell(`${this.name} gets ${said} to the ${kind} of ${clockOf(read.at)}.`, this.name);
          change.answeredAt = loop.now;
          change.created = reply.created === true;
          change.answer = reply.kind === 'refused' ? refusalOf(reply.code ?? '') : 'done';
          if (reply.kind === 'refused') {
            change.code = reply.code;
            change.mayBeOnDisk = this.#deps.diskKeptRefused(read.at);
          }
          answer(reply);
        });
      },
      heard,
    });
  }
}

function isCronNode({ schedule }: WantedSettings): boolean {
  return schedule !== undefined && isCron(schedule);
}
