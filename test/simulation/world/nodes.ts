import type { NodeReply, NodeRequest } from '../../../actors/node/node.protocol.js';
import type { NodeName } from '../../../src/domain/node-name.js';
import { node as nodeName } from '../../support/simulated-app.js';
import type { Loop } from '../machine/loop.js';
import type { Random } from '../machine/random.js';
import { clockOf } from '../oracle/clock-text.js';
import { refusalOf, type Ledger, type NodeChange } from './ledger.js';
import type { Network } from './network.js';
import type { Settings } from './settings.js';

export interface NodesDeps {
  readonly loop: Loop;
  readonly random: Random;
  readonly network: Network;
  readonly ledger: Ledger;
  readonly settings: Settings;
  readonly diskKeptRefused: (since: number) => boolean;
}

/** A machine or a job that sends heartbeats: beats, falls silent, reports failures, is paused, deleted and comes again. */
export class NodeClient {
  readonly name: NodeName;
  readonly #deps: NodesDeps;
  readonly #random: Random;
  readonly #onCall: Random;
  readonly #changes: NodeChange[] = [];
  #beatsUntil = 0;
  #isDone = false;
  #wasEdge = false;
  /** The node that it depends on. */
  readonly #dependsOn: NodeName | undefined;

  constructor(number: number, deps: NodesDeps) {
    this.name = nodeName(`node-${String(number)}`);
    this.#deps = deps;
    this.#random = deps.random.fork(this.name);
    this.#onCall = deps.random.fork(`on call for ${this.name}`);
    deps.ledger.nodes.set(this.name, this.#changes);
    if (number > 1 && deps.random.fork(`what ${this.name} depends on`).chance(0.3))
      this.#dependsOn = nodeName('node-1');
    this.#later(this.#random.wait(deps.settings.nodeTimeout), () => {
      this.#live();
    });
  }

  /** It sends nothing more. */
  end(): void {
    this.#isDone = true;
  }

  /** The life after the end: one request, whatever else. */
  send(kind: NodeChange['kind'], heard: (reply: NodeReply | 'lost') => void): void {
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
    if (this.#dependsOn !== undefined) this.#ask('put', false);
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

  /** Something else than a heartbeat: mostly silence. */
  #change(): void {
    const { settings } = this.#deps;
    const { nodeTimeout, maxRetries } = settings;
    const silence = this.#random.int(nodeTimeout / 2, (maxRetries + 4) * nodeTimeout);
    const what = this.#random.next();
    if (what < 0.15) this.#ask('fail', true);
    else if (what < 0.22) {
      this.#ask('pause', false);
      this.#later(silence * 0.8, () => {
        this.#ask('resume', false);
      });
    } else if (what < 0.28) this.#ask('forget', true);
    this.#beCaredFor(silence);
    this.#later(silence, () => {
      this.#live();
    });
  }

  /** Somebody on call may acknowledge the failure, if it has failed by then, and may take that back. */
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

  #ask(kind: NodeChange['kind'], isDirect: boolean, attempt = 0): void {
    const { settings } = this.#deps;
    this.#send(kind, isDirect, (reply) => {
      const isAnswered =
        reply !== 'lost' && (reply.kind !== 'refused' || reply.code === 'HEARTBEAT_UNKNOWN_NODE');
      if (isAnswered || attempt >= 3) return;
      this.#later(this.#random.int(1, settings.nodeTimeout / 4), () => {
        this.#ask(kind, false, attempt + 1);
      });
    });
  }

  #request(kind: NodeChange['kind']): NodeRequest {
    if (kind === 'acknowledge') return { kind, by: 'ann' };
    if (kind !== 'put') return { kind };
    return { kind, change: this.#dependsOn === undefined ? {} : { dependsOn: [this.#dependsOn] } };
  }

  #send(kind: NodeChange['kind'], isDirect: boolean, heard: (reply: NodeReply | 'lost') => void): void {
    const { network, ledger, loop } = this.#deps;
    const request = this.#request(kind);
    network.send<NodeReply>(this.name, {
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
        };
        this.#changes.push(change);
        ledger.count(kind === 'heartbeat' ? 'heartbeats' : 'other requests of nodes');
        ledger.tell(`${this.name} sends a ${kind}.`, this.name);
        app.nodes.ask(this.name, request, (reply) => {
          const said = reply.kind === 'refused' ? `the refusal ${reply.code}` : `'${reply.kind}'`;
          ledger.tell(`${this.name} gets ${said} to the ${kind} of ${clockOf(read.at)}.`, this.name);
          change.answeredAt = loop.now;
          change.created = reply.kind === 'node' && reply.created;
          change.answer = reply.kind === 'refused' ? refusalOf(reply.code) : 'done';
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
