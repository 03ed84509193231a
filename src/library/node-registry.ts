import type { NodeFacts } from '../domain/node.js';
import { HeartbeatError } from '../errors.js';
import { timeoutView } from '../views/node-view.js';
import { modelOf, Node, type NodeLink, type NodeSettings, type NodeStatus } from './node.js';
import type { Nodes } from './nodes.js';
import { describedSchedule, statusOf, type NodeDescription } from './node-description.js';

type NodesApi = Pick<
  Nodes,
  'heartbeat' | 'miss' | 'fail' | 'pause' | 'resume' | 'acknowledge' | 'unacknowledge' | 'get'
>;

/** The `Node`s of a program that represent actors, kept up to date with them. */
export class NodeRegistry {
  readonly nodes: ReadonlyMap<string, Node>;
  readonly #nodes = new Map<string, Node>();
  readonly #link: NodeLink;

  constructor(api: NodesApi) {
    this.nodes = this.#nodes;
    this.#link = {
      heartbeat: async (name) => {
        await api.heartbeat(name);
        return look(api, name);
      },
      miss: async (name) => pickStatus(await api.miss(name)),
      fail: async (name, reason) => pickStatus(await api.fail(name, reason)),
      pause: async (name) => pickStatus(await api.pause(name)),
      resume: async (name) => pickStatus(await api.resume(name)),
      acknowledge: async (name, acknowledgement) => pickStatus(await api.acknowledge(name, acknowledgement)),
      unacknowledge: async (name) => pickStatus(await api.unacknowledge(name)),
      look: (name) => look(api, name),
    };
  }

  /** @param described the actor's state when the node was registered */
  adopt(node: Node, described: NodeDescription): void {
    this.#nodes.set(node.name, node);
    const model = modelOf(node);
    model.link = this.#link;
    model.status = pickStatus(described);
  }

  forget(name: string): void {
    this.#nodes.delete(name);
  }

  /** Applies a change of an actor. @returns the node that represents it, or a new one */
  changed(facts: NodeFacts): Node {
    const node = this.#nodes.get(facts.name) ?? this.#made(facts);
    const model = modelOf(node);
    // An acknowledgement belongs to one failure, not to the next.
    model.status = statusOf(facts, model.status.paused);
    return node;
  }

  #made(facts: NodeFacts): Node {
    const { name, maxRetries, schedule, labels, channels, dependsOn } = facts;
    const settings: NodeSettings = {
      ...(schedule === undefined
        ? { timeout: timeoutView(facts), maxRetries }
        : { schedule: describedSchedule(schedule) }),
      labels: { ...labels },
      ...(channels !== undefined && { channels: [...channels] }),
      ...(dependsOn !== undefined && { dependsOn: [...dependsOn] }),
    };
    const node = new Node(name, settings);
    modelOf(node).link = this.#link;
    return node;
  }
}

async function look(api: Pick<Nodes, 'get'>, name: string): Promise<NodeStatus> {
  const described = await api.get(name);
  if (described !== undefined) return pickStatus(described);
  throw new HeartbeatError(
    'HEARTBEAT_UNKNOWN_NODE',
    `the node ${name} is not registered any more: register it again`,
  );
}

function pickStatus({ state, retries, lastHeartbeat, paused, acknowledged }: NodeDescription): NodeStatus {
  return { state, retries, lastHeartbeat, paused, acknowledged };
}
