import { cyclesIn } from '../../domain/cycles.js';
import type { Declaration } from '../../domain/declaration.js';
import {
  differingSettings,
  type Declared,
  type DeclaredNode,
  type NodeSettings,
  type Registration,
} from '../../domain/node.js';
import type { NodeName } from '../../domain/node-name.js';

/** What brings one node to what the file says. */
export type DeclaredStep =
  | {
      readonly kind: 'create' | 'adopt' | 'change';
      readonly name: NodeName;
      readonly settings: NodeSettings;
      readonly mark: Declared;
      /** The settings that change, by their names in the API. Empty for a new node. */
      readonly changes: readonly string[];
    }
  /** The node left the file: it is deleted, or stays without a mark. */
  | { readonly kind: 'remove' | 'release'; readonly name: NodeName }
  /** Its slug is taken away first, since another node of the file gets it. */
  | {
      readonly kind: 'free_slug';
      readonly name: NodeName;
      readonly settings: NodeSettings;
      readonly mark: Declared;
    };

/** The steps from what is registered to what the file says, in their order. */
export interface DeclaredPlan {
  readonly steps: readonly DeclaredStep[];
  /** Why the file cannot be applied to this daemon, a line each. Then there are no steps. */
  readonly problems: readonly string[];
}

/** What a plan has to know of the nodes that are registered. */
export class RegisteredNodes {
  /** Those that the file names, and those with a mark. */
  readonly concerned = new Map<NodeName, Registration>();
  readonly #slugs = new Map<string, NodeName>();
  readonly #dependsOn = new Map<NodeName, readonly NodeName[]>();
  readonly #inFile: ReadonlySet<NodeName>;
  readonly #wantedSlugs: ReadonlySet<string>;
  size = 0;

  constructor({ nodes = [] }: Declaration) {
    this.#inFile = new Set(nodes.map(({ name }) => name));
    this.#wantedSlugs = new Set(nodes.flatMap(({ settings: { slug } }) => slug ?? []));
  }

  add(node: Registration): void {
    const { name, settings, declared } = node;
    this.size++;
    if (declared !== undefined || this.#inFile.has(name)) this.concerned.set(name, node);
    if (settings.dependsOn !== undefined) this.#dependsOn.set(name, settings.dependsOn);
    if (settings.slug !== undefined) this.#slugs.set(settings.slug, name);
    if (this.#wantedSlugs.has(name) && !this.#slugs.has(name)) this.#slugs.set(name, name);
  }

  withSlug(slug: string): NodeName | undefined {
    return this.#slugs.get(slug);
  }

  dependsOn(name: NodeName): readonly NodeName[] {
    return this.#dependsOn.get(name) ?? [];
  }
}

/**
 * Pure.
 *
 * @param isNew whether a node that has no mark came while the file was already in force
 * @param most how many nodes there may be
 */
export function planOf(
  { nodes, path, prune }: Declaration,
  registered: RegisteredNodes,
  { isNew, most }: { readonly isNew: (name: NodeName) => boolean; readonly most: number },
): DeclaredPlan {
  const inFile = new Map((nodes ?? []).map((node) => [node.name, node]));
  const left = [...registered.concerned.values()].filter(({ name }) => !inFile.has(name));
  const leaving = left.map(({ name, declared }): DeclaredStep => {
    const isDeleted = nodes !== undefined && prune && declared === 'created';
    return { kind: isDeleted ? 'remove' : 'release', name };
  });
  const removed = new Set(leaving.filter(({ kind }) => kind === 'remove').map(({ name }) => name));
  const changes = [...inFile.values()].flatMap((node) =>
    changeOf(node, registered.concerned.get(node.name), isNew),
  );
  const created = changes.filter(({ kind }) => kind === 'create').length;
  const after = registered.size - removed.size + created;
  const place = ({ line, name }: DeclaredNode): string => `${path}:${line}: ${name}`;
  const problems = [
    ...(created > 0 && after > most
      ? [`${path}: there would be ${after} nodes, and nodes.max is ${most}`]
      : []),
    ...[...inFile.values()].flatMap((node) => {
      const { slug } = node.settings;
      const other = slug === undefined ? undefined : registered.withSlug(slug);
      // Two nodes of the file cannot have the same slug, and a removed one has none.
      if (other === undefined || inFile.has(other) || removed.has(other)) return [];
      return [`${place(node)}: slug: ${slug ?? ''} is that of ${other}, which is not in the file`];
    }),
    ...cyclesIn(inFile.keys(), (name) => {
      const declared = inFile.get(name);
      if (declared !== undefined) return declared.settings.dependsOn ?? [];
      return removed.has(name) ? [] : registered.dependsOn(name);
    }).flatMap((cycle) => {
      const first = cycle.find((name) => inFile.has(name));
      const node = first === undefined ? undefined : inFile.get(first);
      if (node === undefined) return [];
      return [`${place(node)}: depends_on: the node would depend on itself: ${cycle.join(' -> ')}`];
    }),
  ];
  if (problems.length > 0) return { steps: [], problems };
  return { steps: [...leaving, ...freed(inFile, registered), ...changes], problems: [] };
}

function changeOf(
  { name, settings }: DeclaredNode,
  known: Registration | undefined,
  isNew: (name: NodeName) => boolean,
): readonly DeclaredStep[] {
  if (known === undefined) return [{ kind: 'create', name, settings, mark: 'created', changes: [] }];
  const changes = differingSettings(known.settings, settings);
  if (known.declared !== undefined)
    return changes.length === 0 ? [] : [{ kind: 'change', name, settings, mark: known.declared, changes }];
  return [{ kind: 'adopt', name, settings, mark: isNew(name) ? 'created' : 'adopted', changes }];
}

/** Declared nodes whose slug another one gets. */
function freed(
  inFile: ReadonlyMap<NodeName, DeclaredNode>,
  registered: RegisteredNodes,
): readonly DeclaredStep[] {
  return [...inFile.values()].flatMap(({ name, settings: { slug } }): readonly DeclaredStep[] => {
    const holder = slug === undefined ? undefined : registered.withSlug(slug);
    const known = holder === undefined || holder === name ? undefined : registered.concerned.get(holder);
    if (known === undefined || known.settings.slug !== slug || !inFile.has(known.name)) return [];
    const { slug: _, ...settings } = known.settings;
    return [{ kind: 'free_slug', name: known.name, settings, mark: known.declared ?? 'adopted' }];
  });
}
