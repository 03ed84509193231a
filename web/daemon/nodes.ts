import { useEffect, useRef, useState } from 'preact/hooks';
import type { Api } from '../../src/client/api/index.js';
import { useQuery, useSession } from './context.js';

/** Settings, pauses and deletions are no events. */
const EVERY = 60_000;
/** Changes of state come in crowds, and are put into the list together. In milliseconds. */
const GATHER = 200;

const names = new Intl.Collator(undefined, { numeric: true });

interface Reading {
  /** When it began, in milliseconds of the page. */
  readonly begun: number;
  /** By name. */
  readonly nodes: readonly Api.NodeWithCause[];
}

/** A node after a change of its state, and when the page heard of it. */
interface Change {
  readonly node: Api.NodeWithCause;
  readonly heard: number;
}

export interface NodesNow {
  /** By name, with all changes of state. Undefined until they have been read. */
  readonly nodes: readonly Api.NodeWithCause[] | undefined;
  /** As they were read last: their settings change with a reading only. */
  readonly asRead: readonly Api.NodeWithCause[] | undefined;
  readonly error: Error | undefined;
}

/** Every node that the key covers. Changes of state arrive as they happen. */
export function useNodes(): NodesNow {
  const { client, live } = useSession();
  const { value, error } = useQuery(
    'nodes',
    async (signal): Promise<Reading> => {
      const begun = performance.now();
      const nodes: Api.NodeWithCause[] = [];
      for await (const node of client.nodes.list({ signal })) nodes.push(node);
      return { begun, nodes: nodes.sort((one, other) => names.compare(one.name, other.name)) };
    },
    { every: EVERY },
  );
  const [nodes, setNodes] = useState<readonly Api.NodeWithCause[]>();
  const changes = useRef(new Map<string, Change>());
  const list = useRef<NodeTable | undefined>(undefined);

  // A change may arrive while the nodes are being read, so they are followed from the beginning on.
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const unseen = new Map<string, Api.NodeWithCause>();
    const put = (): void => {
      timer = undefined;
      if (list.current === undefined) return;
      for (const node of unseen.values()) list.current.put(node);
      unseen.clear();
      setNodes(list.current.now());
    };
    const ignore = live.onEvent((event) => {
      if (event.type !== 'node.flip') return;
      const { node } = event;
      changes.current.set(node.name, { node, heard: performance.now() });
      unseen.set(node.name, node);
      timer ??= setTimeout(put, GATHER);
    });
    return () => {
      clearTimeout(timer);
      ignore();
    };
  }, [live]);

  useEffect(() => {
    if (value === undefined) return;
    const table = new NodeTable(value.nodes);
    for (const [name, { node, heard }] of changes.current)
      if (heard < value.begun) changes.current.delete(name);
      else table.put(node);
    list.current = table;
    setNodes(table.now());
  }, [value]);

  return { nodes: value === undefined ? undefined : nodes, asRead: value?.nodes, error };
}

/** The nodes by name, some of which are replaced now and then. */
class NodeTable {
  #nodes: Api.NodeWithCause[];
  #places: Map<string, number>;
  readonly #added = new Map<string, Api.NodeWithCause>();

  constructor(nodes: readonly Api.NodeWithCause[]) {
    this.#nodes = [...nodes];
    this.#places = placesOf(nodes);
  }

  /** Replaces a node, unless the one that is there is newer, or adds it. */
  put(node: Api.NodeWithCause): void {
    const place = this.#places.get(node.name);
    if (place === undefined) {
      this.#added.set(node.name, node);
      return;
    }
    const before = this.#nodes[place];
    if (before === undefined || before.since <= node.since) this.#nodes[place] = node;
  }

  now(): readonly Api.NodeWithCause[] {
    if (this.#added.size > 0) {
      this.#nodes = [...this.#nodes, ...this.#added.values()].sort((one, other) =>
        names.compare(one.name, other.name),
      );
      this.#places = placesOf(this.#nodes);
      this.#added.clear();
    }
    return [...this.#nodes];
  }
}

function placesOf(nodes: readonly Api.NodeWithCause[]): Map<string, number> {
  return new Map(nodes.map(({ name }, at) => [name, at]));
}
