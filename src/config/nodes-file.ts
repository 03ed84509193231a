import { isNode, isScalar, isMap, isSeq, type Document, type LineCounter, type YAMLSeq } from 'yaml';
import * as z from 'zod';
import type { EmittedNode } from '../client/emitter/emitter.js';
import { parseNodeName } from '../domain/node-name.js';
import { issuesIn } from '../views/body-problems.js';
import { expectOneTiming, settingsWith } from '../views/node-settings.js';
import { emitterProbe } from '../views/probe.js';
import { readYaml, type YamlDocument } from './yaml-document.js';

const name = z
  .string('must be a name')
  .refine((text) => parseNodeName(text) !== undefined, 'must be 1 to 255 bytes, and not "." or ".."');

const seconds = z
  .number('must be a number of seconds')
  .min(0.001, 'must be at least 0.001 seconds')
  .max(86_400, 'must be at most 86400 seconds');
const onProbeFailure = z.enum(['skip', 'report'], 'must be skip or report');

/** A file cannot pause nodes: its settings are sent again at every start. The emitter itself runs the probes. */
const { paused: _paused, probe: _probe, ...settings } = settingsWith().shape;

const node = z
  .strictObject({
    ...settings,
    name,
    probe: emitterProbe.optional(),
    deadline: seconds.optional(),
    on_probe_failure: onProbeFailure.optional(),
  })
  .superRefine(expectOneTiming);

/** A node of a file, and the line where it begins. */
export interface FileNode {
  readonly node: EmittedNode;
  readonly line: number;
}

/** The nodes of a file, or all problems, a line each. */
export type ReadNodes = { readonly nodes: readonly FileNode[] } | { readonly problems: readonly string[] };

/**
 * Reads a file of nodes, YAML or JSON: a list, or a list under `nodes`. A node is a name, or a map of `name`, `probe`,
 * `deadline`, `on_probe_failure`, and of the settings that `PUT /nodes/:name` takes.
 */
export function readNodes(path: string, text: string): ReadNodes {
  return readYaml(
    path,
    text,
    (yaml) => nodesIn(path, yaml),
    (problem) => ({ problems: [problem] }),
  );
}

function nodesIn(path: string, { document, lines }: YamlDocument): ReadNodes {
  if (document.errors.length > 0)
    return {
      problems: document.errors.map(({ pos: [offset], message }) => {
        const { line, col } = lines.linePos(offset);
        return `${path}:${line}:${col}: ${message}`;
      }),
    };
  const list = listIn(document);
  if (list === undefined) return { problems: [`${path}: must be a list of nodes, such as "- db-1"`] };
  const problems: string[] = [];
  const nodes = new Map<string, FileNode>();
  list.items.forEach((item, index) => {
    const lineOf = (place: readonly PropertyKey[]): number => lineIn(item, place, lines);
    const line = lineOf([]);
    const found = valueIn(document, item);
    if ('problem' in found) {
      problems.push(`${path}:${line}: nodes[${index}]: ${found.problem}`);
      return;
    }
    const { value: entry } = found;
    const read = typeof entry === 'object' && entry !== null ? node.safeParse(entry) : name.safeParse(entry);
    if (!read.success) {
      const place = `nodes[${index}]`;
      for (const issue of read.error.issues.flatMap(issuesIn)) {
        const at = [place, ...issue.path].join('.');
        problems.push(`${path}:${lineOf(issue.path)}: ${at}: ${sentenceOf(issue)}`);
      }
      return;
    }
    const listed = typeof read.data === 'string' ? { name: read.data } : nodeOf(read.data, chosenIn(entry));
    const twin = nodes.get(listed.name);
    if (twin !== undefined)
      problems.push(
        `${path}:${line}: nodes[${index}]: ${listed.name} is listed twice: remove it here or in line ${twin.line}`,
      );
    nodes.set(listed.name, { node: listed, line });
  });
  return problems.length > 0 ? { problems } : { nodes: [...nodes.values()] };
}

/** The value of an entry, or what is wrong with it: a few aliases of aliases can stand for gigabytes. */
function valueIn(
  document: Document,
  entry: unknown,
): { readonly value: unknown } | { readonly problem: string } {
  try {
    return { value: isNode(entry) ? entry.toJS(document) : entry };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

/** The line of a place in a node, or of its nearest parent that is in the file. */
function lineIn(item: unknown, place: readonly PropertyKey[], lines: LineCounter): number {
  let [found, line] = [item, 1];
  for (const key of [undefined, ...place]) {
    if (key !== undefined) found = isMap(found) || isSeq(found) ? found.get(key, true) : undefined;
    if (!isNode(found)) break;
    line = lines.linePos(found.range?.[0] ?? 0).line;
  }
  return line;
}

function nodeOf(
  { name: called, probe, deadline, on_probe_failure, schedule }: z.output<typeof node>,
  chosen: EmittedNode['settings'],
): EmittedNode {
  const hasSchedule = schedule !== undefined && schedule !== null;
  return { name: called, probe, deadline, onProbeFailure: on_probe_failure, hasSchedule, settings: chosen };
}

/** The settings as they are written; they are sent unchanged. */
function chosenIn(entry: unknown): NonNullable<EmittedNode['settings']> {
  if (typeof entry !== 'object' || entry === null) return {};
  return Object.fromEntries(Object.entries(entry).filter(([key]) => Object.hasOwn(settings, key)));
}

function listIn({ contents }: Document.Parsed): YAMLSeq | undefined {
  if (isSeq(contents)) return contents;
  if (!isMap(contents)) return undefined;
  const [nodes, ...others] = contents.items;
  if (!isScalar(nodes?.key) || nodes.key.value !== 'nodes' || others.length > 0) return undefined;
  return isSeq(nodes.value) ? nodes.value : undefined;
}

function sentenceOf(issue: z.core.$ZodIssue): string {
  return issue.code === 'unrecognized_keys' ? `unknown field ${issue.keys.join(', ')}` : issue.message;
}
