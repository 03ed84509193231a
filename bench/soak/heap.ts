import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** How many objects there are, by the name of their constructor. */
export type HeapCounts = ReadonlyMap<string, number>;

const snapshotShape = z.object({
  snapshot: z.object({
    meta: z.object({
      node_fields: z.array(z.string()),
      node_types: z.tuple([z.array(z.string())]).rest(z.unknown()),
    }),
  }),
  nodes: z.array(z.number()),
  strings: z.array(z.string()),
});

/** Counts what is alive in a heap snapshot: V8 has collected everything else before it took it. */
export function heapCountsOf(snapshot: string): HeapCounts {
  const { snapshot: about, nodes, strings } = snapshotShape.parse(JSON.parse(snapshot));
  const fields = about.meta.node_fields;
  const [type, name] = [fields.indexOf('type'), fields.indexOf('name')];
  const object = about.meta.node_types[0].indexOf('object');
  const heapCounts = new Map<string, number>();
  for (let at = 0; at < nodes.length; at += fields.length) {
    if (nodes[at + type] !== object) continue;
    const constructor = strings[nodes[at + name] ?? -1] ?? '';
    heapCounts.set(constructor, (heapCounts.get(constructor) ?? 0) + 1);
  }
  return heapCounts;
}

/** The names of all classes in the files of a built program. */
export function classesIn(directory: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (const file of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.js')) continue;
    const text = readFileSync(join(directory, file), 'utf8');
    for (const [, name] of text.matchAll(/^(?:export )?class (\w+)/gm))
      if (name !== undefined) names.add(name);
  }
  return names;
}

/** What Node makes for a connection, a request, a timer and a thread. */
const HANDLES = ['Socket', 'IncomingMessage', 'ServerResponse', 'Timeout', 'Worker', 'MessagePort'];
/** What everything else is made of: shapes without a class, and what holds them. */
const PARTS = ['Object', 'Array', 'Map', 'Set', 'Promise'];

export interface Count {
  readonly name: string;
  readonly before: number;
  readonly after: number;
}

export interface Comparison {
  readonly classes: readonly Count[];
  readonly handles: readonly Count[];
  readonly parts: readonly Count[];
}

/** Of the daemon's own classes, of Node's handles, and of what they are made of. */
export function compared(before: HeapCounts, after: HeapCounts, own: ReadonlySet<string>): Comparison {
  const count = (name: string): Count => ({
    name,
    before: before.get(name) ?? 0,
    after: after.get(name) ?? 0,
  });
  const names = [...own].filter((name) => before.has(name) || after.has(name)).sort();
  return { classes: names.map(count), handles: HANDLES.map(count), parts: PARTS.map(count) };
}

/** Objects that may be more of without a leak: what is bounded, such as the last blind intervals, may have filled up. */
const SPARE = 16;
/** Of what everything is made of, for each request: V8 itself keeps an object for each place that it has optimised. */
const PART_OF_A_REQUEST = 0.1;
const SPARE_PARTS = 1000;

/**
 * What has not come back to what it was.
 *
 * @param requests how many there were in between
 * @param ports that Node keeps of threads that are gone, at the most
 */
export function grown(
  { classes, handles, parts }: Comparison,
  requests: number,
  ports: number,
): readonly Count[] {
  const room = ({ name }: Count): number => SPARE + (name === 'MessagePort' ? ports : 0);
  const partsRoom = SPARE_PARTS + requests * PART_OF_A_REQUEST;
  return [
    ...[...classes, ...handles].filter((count) => count.after - count.before > room(count)),
    ...parts.filter(({ before, after }) => after - before > partsRoom),
  ];
}
