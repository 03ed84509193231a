import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

/** The number of objects, by the name of their constructor. */
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

/** Counts the live objects in a heap snapshot: V8 collects everything else before it takes one. */
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

/** The names of all classes in a built program. */
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

/** Node's objects for connections, requests, timers and threads. */
const HANDLES = ['Socket', 'IncomingMessage', 'ServerResponse', 'Timeout', 'Worker', 'MessagePort'];
/** Basic objects without a class, and their containers. */
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

/** Counts of the daemon's own classes, of Node's handles, and of basic objects. */
export function compared(before: HeapCounts, after: HeapCounts, own: ReadonlySet<string>): Comparison {
  const count = (name: string): Count => ({
    name,
    before: before.get(name) ?? 0,
    after: after.get(name) ?? 0,
  });
  const names = [...own].filter((name) => before.has(name) || after.has(name)).sort();
  return { classes: names.map(count), handles: HANDLES.map(count), parts: PARTS.map(count) };
}

/** Growth that is no leak: bounded lists, such as the last blind intervals, may have filled up. */
const SPARE = 16;
/** Basic objects per request that are no leak: V8 keeps an object for each function that it optimised. */
const PART_OF_A_REQUEST = 0.1;
const SPARE_PARTS = 1000;

/**
 * The counts that did not return to their former value.
 *
 * @param requests the number of requests in between
 * @param ports the most ports that Node keeps of ended threads
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
