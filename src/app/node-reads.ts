import { NodesReader } from '../../actors/node/nodes-reader.js';
import type { NodeCommand, NodeReply } from '../../actors/node/node.protocol.js';
import { sendToAll } from '../../actors/shards/send-to-all.js';
import { DOWN } from '../../actors/shards/shard-supervisor.js';
import type { NodeQuota } from '../domain/access.js';
import type { NodeName } from '../domain/node-name.js';
import type { Watchdog } from '../runtime/watchdog.js';
import type { SilencesApi } from './api/alerts-api.js';
import type { Actors } from './assemble.js';
import type { OwnershipCheck } from './ownership-check.js';

/** Asks many nodes at once, and reads what is stored of them. */
export class NodeReads {
  readonly #home: Actors['home'];
  readonly #watchdog: Watchdog;
  readonly #ownership: OwnershipCheck;
  readonly #silences: Pick<SilencesApi, 'intervalsOf'>;

  constructor(
    { home }: Pick<Actors, 'home'>,
    watchdog: Watchdog,
    ownership: OwnershipCheck,
    silences: Pick<SilencesApi, 'intervalsOf'>,
  ) {
    this.#home = home;
    this.#watchdog = watchdog;
    this.#ownership = ownership;
    this.#silences = silences;
  }

  askMany(
    kind: 'heartbeat' | 'describe',
    names: readonly NodeName[],
    answered: (replies: readonly NodeReply[]) => void,
    quota?: NodeQuota,
  ): void {
    const arrival = this.#watchdog.arrival();
    const commands = names.map((name): NodeCommand => ({ kind, name, ...arrival, quota }));
    const nodes = this.#home.watch?.nodes;
    if (nodes === undefined) return answered(commands.map(() => DOWN));
    sendToAll(
      nodes.count,
      commands,
      ({ name }) => name,
      (shard, share, done) => {
        nodes.send(shard, share, done);
      },
      this.#ownership.all<NodeReply>(answered),
    );
  }

  /** @throws HeartbeatError `HEARTBEAT_NOT_READY` while the nodes are not here */
  reader(): NodesReader {
    const run = this.#home.answering;
    return new NodesReader({
      store: run.reads,
      silenced: (node, range) => this.#silences.intervalsOf(node, range),
      describe: (names, answered) => {
        this.askMany('describe', names, answered);
      },
      unstoredFlips: (node) => run.history.unstoredFlips(node),
      settled: () => run.settled(),
    });
  }
}
