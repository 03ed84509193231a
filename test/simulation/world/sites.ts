import type { NodeProbe } from '../../../src/domain/probe.js';
import type { NodeName } from '../../../src/domain/node-name.js';
import type { Millis } from '../../../src/domain/time.js';
import type { ProbeChange, StartProber } from '../../../src/ports/prober.js';
import { node as nodeName } from '../../support/ids.js';
import type { Run } from '../machine/daemon.js';
import type { Loop } from '../machine/loop.js';
import type { Random } from '../machine/random.js';
import type { Ledger, ProbedRecord } from './ledger.js';
import type { Network } from './network.js';
import type { Settings } from './settings.js';

export interface SiteDeps {
  readonly loop: Loop;
  readonly random: Random;
  readonly network: Network;
  readonly ledger: Ledger;
  readonly settings: Settings;
}

/** The longest time until a probe ends. */
export const LONGEST = 40;
/** Why a probe fails. */
export const REFUSED = 'connection refused';
/** How often the prober is too busy for the next probe, and comes late by so many timeouts. */
const BUSY = 0.04;
const LATE = 3;

/** A server that the daemon probes. It is up and down by turns, and sends nothing by itself. */
export class Site {
  readonly name: NodeName;
  readonly #deps: SiteDeps;
  readonly #random: Random;
  readonly #record: ProbedRecord;
  #isDone = false;

  constructor(number: number, deps: SiteDeps) {
    this.name = nodeName(`site-${String(number)}`);
    this.#deps = deps;
    this.#random = deps.random.fork(this.name);
    const { nodeTimeout, maxRetries } = deps.settings;
    this.#record = {
      timeout: nodeTimeout,
      maxRetries,
      every: nodeTimeout / 2,
      registeredAt: undefined,
      results: [],
      outages: [],
    };
    deps.ledger.probed.set(this.name, this.#record);
    this.#later(this.#random.wait(nodeTimeout), () => {
      this.#register();
    });
    this.#turn();
  }

  /** It is up from now on. */
  end(): void {
    this.#isDone = true;
    this.#setUp(true);
  }

  /** Sends one request about its node, also after the end. */
  send(kind: 'heartbeat' | 'forget'): void {
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

  #turn(): void {
    const { timeout, maxRetries } = this.#record;
    const longest = (maxRetries + 4) * timeout;
    this.#later(this.#random.int(timeout, longest), () => {
      this.#setUp(this.#record.outages.at(-1)?.to === Infinity);
      this.#turn();
    });
  }

  #setUp(isUp: boolean): void {
    const { outages } = this.#record;
    const { now } = this.#deps.loop;
    const last = outages.at(-1);
    if ((last?.to === Infinity) !== isUp) return;
    this.#deps.ledger.tell(`${this.name} is ${isUp ? 'up' : 'down'} from now on.`, this.name);
    if (isUp && last !== undefined) last.to = now;
    else outages.push({ from: now, to: Infinity });
  }

  /** Registers the node until that is confirmed. */
  #register(): void {
    const { timeout, maxRetries, every } = this.#record;
    const probe: NodeProbe = { http: `http://${this.name}/`, every: every / 1000 };
    this.#deps.network.send(this.name, {
      ask: (app, read, answer) => {
        app.nodes.ask(this.name, { kind: 'put', change: { timeout, maxRetries, probe } }, (reply) => {
          if (reply.kind !== 'refused') this.#record.registeredAt ??= read.at;
          answer(reply);
        });
      },
      heard: (reply) => {
        if (reply !== 'lost' && reply.kind !== 'refused') return;
        this.#later(timeout, () => {
          this.#register();
        });
      },
    });
  }
}

/** The prober of one run of the daemon. It stands still when the process does, and ends with it. */
export function proberOf(
  { process, clock }: Run,
  { loop, random, ledger }: Pick<SiteDeps, 'loop' | 'random' | 'ledger'>,
): StartProber {
  return ({ heard, answered }) => {
    const current = new Map<NodeName, ProbeChange>();
    const after = (delay: number, change: ProbeChange, work: () => void): void => {
      loop.after(
        delay,
        () => {
          if (current.get(change.node) === change) work();
        },
        process,
      );
    };
    const probe = (change: ProbeChange, every: number): void => {
      const { node, generation } = change;
      const at = clock.wall();
      const took = random.int(1, LONGEST);
      after(took, change, () => {
        const { results, outages } = recordOf(ledger, node);
        const passed = outages.at(-1)?.to !== Infinity;
        results.push({ at: loop.now, passed });
        ledger.count('probes');
        const result = { at, took: took as Millis, timings: {}, ...(!passed && { reason: REFUSED }) };
        heard({ results: [{ node, generation, result }], underWay: 0, waiting: 0 });
      });
      const { timeout } = recordOf(ledger, node);
      after(random.chance(BUSY) ? LATE * timeout : every, change, () => {
        probe(change, every);
      });
    };
    return {
      limit: () => undefined,
      change: (changes) => {
        for (const change of changes) {
          current.set(change.node, change);
          if (change.probe === undefined) continue;
          const { every } = recordOf(ledger, change.node);
          after(random.int(1, change.isNew ? LONGEST : every), change, () => {
            probe(change, every);
          });
        }
      },
      ask: () => {
        loop.after(1, answered, process);
      },
      stop: () => {
        current.clear();
        return Promise.resolve();
      },
    };
  };
}

function recordOf(ledger: Ledger, node: NodeName): ProbedRecord {
  const record = ledger.probed.get(node);
  if (record === undefined) throw new TypeError(`nobody asked for probes of ${node}`);
  return record;
}
