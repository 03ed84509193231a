import type {
  Alert,
  AlertId,
  AlertRecord,
  AlertType,
  Delivery,
  GroupedNode,
} from '../../../src/domain/alert.js';
import type { NodeName } from '../../../src/domain/node-name.js';
import { instant, type Millis } from '../../../src/domain/time.js';
import { groupSentence } from '../channel/message.js';

/** The most alerts in one group, which make a body of ten megabytes. See decision 46. */
export const GROUP = 100_000;

const GRAVEST = [
  'node.failed',
  'node.reported_failure',
  'node.inactive',
  'node.recovered',
  'node.deleted',
] as const;

/** A group under construction: the nodes in their present state, and the alerts that it replaces. */
export class Group {
  readonly id: AlertId;
  readonly #nodes = new Map<NodeName, GroupedNode>();
  readonly #alertIds: AlertId[] = [];
  readonly #types = new Set<AlertType>();
  #at = -Infinity;
  #blind: Millis = 0;

  constructor(id: AlertId) {
    this.id = id;
  }

  /** Continues a group that an earlier run began. */
  static of({ id, type, at, blind, group }: Alert): Group {
    const made = new Group(id);
    made.#types.add(type);
    made.#at = at;
    made.#blind = blind;
    for (const node of group?.nodes ?? []) made.#nodes.set(node.name, node);
    made.#alertIds.push(...(group?.alertIds ?? []));
    return made;
  }

  /** The number of alerts that it replaces. */
  get size(): number {
    return this.#alertIds.length;
  }

  add({ alert: { id, type, at, blind, node } }: AlertRecord, { folds }: Delivery): void {
    if (folds !== undefined) this.#alertIds.push(...folds.ids);
    this.#alertIds.push(id);
    this.#at = Math.max(this.#at, at);
    this.#blind = Math.max(this.#blind, blind);
    if (node === undefined) return;
    // The latest alert of a node counts.
    const { name, labels } = node;
    const first = this.#nodes.get(name);
    const isDeleted = type === 'node.deleted';
    // If nobody was notified of a failure, its recovery is left out as well.
    const isOver = isDeleted || type === 'node.recovered';
    const wasNotified = first === undefined ? isOver || folds !== undefined : first.wasNotified === true;
    const state = isDeleted ? 'active' : node.state;
    this.#nodes.set(name, {
      name,
      state,
      at,
      labels,
      ...(isDeleted && { deleted: true }),
      ...(wasNotified && { wasNotified }),
    });
    this.#types.add(type);
  }

  get alert(): Alert {
    const nodes = [...this.#nodes.values()];
    return {
      id: this.id,
      type: GRAVEST.find((type) => this.#types.has(type)) ?? 'node.failed',
      at: instant(this.#at),
      node: undefined,
      blind: this.#blind,
      message: groupSentence(nodes),
      group: { nodes, alertIds: [...this.#alertIds] },
    };
  }
}

/** The nodes that it is about. No later alert of them may be delivered before it. */
export function nodesOf({ alert }: AlertRecord): readonly string[] {
  if (alert.group !== undefined) return alert.group.nodes.map(({ name }) => name);
  return alert.node === undefined ? [] : [alert.node.name];
}
