import type { NodeFacts } from '../domain/node.js';
import { HeartbeatError } from '../errors.js';
import { shownTimeout } from '../http/nodes/shown.js';
import { modelOf, Node, type NodeLink, type NodeSettings, type NodeStanding } from './node.js';
import type { Nodes } from './nodes.js';
import { standingOf, type NodeDescription } from './shown.js';

/** The `Node`s of a program that stand for actors, kept as those are. */
export class Census {
  readonly nodes: ReadonlyMap<string, Node>;
  readonly #nodes = new Map<string, Node>();
  readonly #link: NodeLink;

  constructor(api: Pick<Nodes, 'heartbeat' | 'miss' | 'get'>) {
    this.nodes = this.#nodes;
    this.#link = {
      heartbeat: async (name) => {
        await api.heartbeat(name);
        return look(api, name);
      },
      miss: async (name) => standing(await api.miss(name)),
      look: (name) => look(api, name),
    };
  }

  /** @param described how the actor stood when the node was registered */
  adopt(node: Node, described: NodeDescription): void {
    this.#nodes.set(node.name, node);
    const model = modelOf(node);
    model.link = this.#link;
    model.standing = standing(described);
  }

  forget(name: string): void {
    this.#nodes.delete(name);
  }

  /** Sees a change that an actor has decided on; @returns the node that stands for it, or one made for this. */
  changed(facts: NodeFacts): Node {
    const node = this.#nodes.get(facts.name) ?? this.#made(facts);
    modelOf(node).standing = standingOf(facts);
    return node;
  }

  #made(facts: NodeFacts): Node {
    const { name, maxRetries, labels, channels } = facts;
    const settings: NodeSettings = {
      timeout: shownTimeout(facts),
      maxRetries,
      labels: { ...labels },
      ...(channels !== undefined && { channels: [...channels] }),
    };
    const node = new Node(name, settings);
    modelOf(node).link = this.#link;
    return node;
  }
}

async function look(api: Pick<Nodes, 'get'>, name: string): Promise<NodeStanding> {
  const described = await api.get(name);
  if (described !== undefined) return standing(described);
  throw new HeartbeatError('HEARTBEAT_UNKNOWN_NODE', `the node ${name} is not registered any more`);
}

function standing({ state, retries, lastHeartbeat }: NodeDescription): NodeStanding {
  return { state, retries, lastHeartbeat };
}
