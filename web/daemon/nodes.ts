import { useEffect, useState } from 'preact/hooks';
import type { Api } from '../../src/client/api/index.js';
import { useQuery, useSession, type Query } from './context.js';

/** Settings, pauses and deletions are no events. */
const EVERY = 60_000;

/** Every node that the key covers, by name. Changes of state arrive as they happen. */
export function useNodes(): Query<readonly Api.NodeWithCause[]> {
  const { client, live } = useSession();
  const query = useQuery(
    'nodes',
    async (signal) => {
      const nodes: Api.NodeWithCause[] = [];
      for await (const node of client.nodes.list({ signal })) nodes.push(node);
      return nodes;
    },
    { every: EVERY },
  );
  const { value } = query;
  const [changed, setChanged] = useState<ReadonlyMap<string, Api.NodeWithCause>>(new Map());
  useEffect(() => {
    setChanged(new Map());
    return live.onEvent((event) => {
      if (event.type === 'node.flip') setChanged((last) => new Map(last).set(event.node.name, event.node));
    });
  }, [live, value]);
  if (value === undefined || changed.size === 0) return query;
  const known = new Set(value.map(({ name }) => name));
  const added = [...changed.values()].filter(({ name }) => !known.has(name));
  return { ...query, value: [...value.map((node) => changed.get(node.name) ?? node), ...added] };
}
