import { cyclesIn } from '../domain/cycles.js';
import type { DeclaredNode } from '../domain/node.js';
import { changed, NOTHING_CHOSEN } from '../domain/node.js';
import type { NodeName } from '../domain/node-name.js';
import { parseNodeName } from '../domain/node-name.js';
import { settingsReader } from '../views/node-settings.js';
import { readRegularFile, whyUnreadable } from './named-files.js';
import { readNodes, type FileNode } from './nodes-file.js';

/** A file of declared nodes. */
export interface DeclaredFile {
  readonly path: string;
  /** The names of the configured channels; undefined if they are not known. */
  readonly channels: readonly string[] | undefined;
}

/** Plain data: it crosses to another thread. */
export type ReadDeclared =
  | { readonly nodes: readonly DeclaredNode[] }
  | { readonly problems: readonly string[] };

/** Reads the nodes that a file declares, or says everything that is wrong with it, a line each. */
export function readDeclared({ path, channels }: DeclaredFile, read = readRegularFile): ReadDeclared {
  let text;
  try {
    text = read(path);
  } catch (error) {
    return { problems: [`${path}: cannot be read: ${whyUnreadable(error)}`] };
  }
  const found = readNodes(path, text);
  if ('problems' in found) return found;
  const settingsOf = settingsReader(() => channels);
  const problems: string[] = [];
  const nodes: DeclaredNode[] = [];
  for (const { node, line } of found.nodes) {
    const name = parseNodeName(node.name);
    const refuse = (problem: string): number => problems.push(`${path}:${line}: ${node.name}: ${problem}`);
    for (const setting of ofEmitter(node))
      refuse(`${setting}: only heartbeat emit has it: keep the node in a file of its own for it`);
    // Here the daemon runs the probe.
    const settings = settingsOf({ ...node.settings, ...(node.probe !== undefined && { probe: node.probe }) });
    if ('problems' in settings)
      for (const { path: place, problem } of settings.problems) refuse(`${place}: ${problem}`);
    else if (name !== undefined)
      nodes.push({ name, settings: changed(NOTHING_CHOSEN, settings.change), line });
  }
  problems.push(...twoOfOneSlug(path, nodes), ...cycles(path, nodes));
  return problems.length > 0 ? { problems } : { nodes };
}

function ofEmitter({ deadline, onProbeFailure }: FileNode['node']): readonly string[] {
  const given = { deadline, on_probe_failure: onProbeFailure };
  return Object.entries(given).flatMap(([setting, value]) => (value === undefined ? [] : [setting]));
}

function twoOfOneSlug(path: string, nodes: readonly DeclaredNode[]): readonly string[] {
  const names = new Map<string, DeclaredNode>(nodes.map((node) => [node.name, node]));
  const slugs = new Map<string, DeclaredNode>();
  return nodes.flatMap((node) => {
    const { slug } = node.settings;
    if (slug === undefined) return [];
    const named = names.get(slug);
    const other = slugs.get(slug) ?? (named === node ? undefined : named);
    slugs.set(slug, node);
    if (other === undefined) return [];
    return [
      `${path}:${node.line}: ${node.name}: slug: ${slug} is that of ${other.name} in line ${other.line}`,
    ];
  });
}

/** The cycles of dependencies within the file, as problems. */
function cycles(path: string, nodes: readonly DeclaredNode[]): readonly string[] {
  const byName = new Map<NodeName, DeclaredNode>(nodes.map((node) => [node.name, node]));
  return cyclesIn(
    nodes.map(({ name }) => name),
    (name) => byName.get(name)?.settings.dependsOn ?? [],
  ).map((cycle) => {
    const [first] = cycle;
    const line = first === undefined ? 1 : (byName.get(first)?.line ?? 1);
    return `${path}:${line}: ${first ?? ''}: depends_on: the node would depend on itself: ${cycle.join(' -> ')}`;
  });
}
