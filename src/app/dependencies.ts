import type { DescribedNode, NodeReply } from '../../actors/node/node.protocol.js';
import type { Access } from '../domain/access.js';
import type { NodeName } from '../domain/node-name.js';
import type { BodyProblem } from '../views/body-problems.js';

interface Asking {
  ask(name: NodeName, request: { readonly kind: 'describe' }, answered: (reply: NodeReply) => void): void;
}

interface Changing extends Asking {
  readonly dependencyChanges: DependencyChanges;
}

/**
 * The causes of these nodes' failures: for each failed node, the first of its dependencies that has failed itself, as
 * far as the caller may know it.
 */
export async function causesOf(
  nodes: Asking,
  described: readonly DescribedNode[],
  access: Pick<Access, 'mayTouchNode'>,
): Promise<ReadonlyMap<NodeName, NodeName>> {
  const within = described.flatMap(({ name, state, dependsOn = [] }) =>
    state === 'failed' ? [{ name, on: dependsOn.filter((other) => access.mayTouchNode(other)) }] : [],
  );
  const known = await describeAll(
    nodes,
    within.flatMap(({ on }) => on),
  );
  return new Map(
    within.flatMap(({ name, on }) => {
      const cause = on.find((other) => known.get(other)?.state === 'failed');
      return cause === undefined ? [] : [[name, cause] as const];
    }),
  );
}

/**
 * Changes a node's dependencies, unless that would make it depend on itself.
 *
 * @param make makes the change, and resolves when it has been answered
 * @returns what `make` resolved with, or why the change was refused
 */
export function changeDependencies<Made>(
  nodes: Changing,
  name: NodeName,
  dependsOn: readonly NodeName[],
  access: Pick<Access, 'mayTouchNode'>,
  make: () => Promise<Made>,
): Promise<{ readonly made: Made } | { readonly problem: BodyProblem }> {
  return nodes.dependencyChanges.make(name, async (earlier) => {
    const cycle = await cycleThrough(nodes, name, dependsOn, earlier);
    return cycle === undefined ? { made: await make() } : { problem: problemOf(cycle, access) };
  });
}

function problemOf(cycle: readonly NodeName[], access: Pick<Access, 'mayTouchNode'>): BodyProblem {
  const problem = 'the node would come to depend on itself';
  const isShown = cycle.every((each) => access.mayTouchNode(each));
  return { path: 'depends_on', problem: isShown ? `${problem}: ${cycle.join(' -> ')}` : problem };
}

/** @returns the shortest path from the node back to itself */
async function cycleThrough(
  nodes: Asking,
  name: NodeName,
  dependsOn: readonly NodeName[],
  earlier: EarlierChanges,
): Promise<readonly NodeName[] | undefined> {
  const reachedFrom = new Map<NodeName, NodeName>();
  let front: readonly { readonly name: NodeName; readonly dependsOn?: readonly NodeName[] }[] = [
    { name, dependsOn },
  ];
  while (front.length > 0) {
    const next: NodeName[] = [];
    for (const { name: from, dependsOn: others = [] } of front) {
      for (const other of others) {
        if (reachedFrom.has(other)) continue;
        reachedFrom.set(other, from);
        next.push(other);
      }
    }
    if (reachedFrom.has(name)) return wayTo(name, reachedFrom);
    await earlier(next);
    front = [...(await describeAll(nodes, next)).values()];
  }
  return undefined;
}

function wayTo(name: NodeName, reachedFrom: ReadonlyMap<NodeName, NodeName>): readonly NodeName[] {
  const way = [name];
  for (let at = reachedFrom.get(name); at !== undefined && at !== name; at = reachedFrom.get(at))
    way.unshift(at);
  return [name, ...way];
}

/** Those that are registered. */
async function describeAll(
  nodes: Asking,
  names: readonly NodeName[],
): Promise<ReadonlyMap<NodeName, DescribedNode>> {
  const found = new Map<NodeName, DescribedNode>();
  await Promise.all(
    [...new Set(names)].map(
      (name) =>
        new Promise<void>((resolve) => {
          nodes.ask(name, { kind: 'describe' }, (reply) => {
            if (reply.kind === 'node') found.set(name, reply.node);
            resolve();
          });
        }),
    ),
  );
  return found;
}

/** Waits until earlier changes of these nodes are complete. */
export type EarlierChanges = (names: Iterable<NodeName>) => Promise<void>;

/**
 * Changes of dependencies that are under way. A change that reaches a node waits for earlier changes of that node, so
 * that of several that close a cycle together the last is refused. Changes that do not reach each other run at once,
 * and share a commit. See decision 44.
 */
export class DependencyChanges {
  readonly #underWay = new Map<NodeName, Map<number, Promise<unknown>>>();
  #last = 0;

  /** @param change waits with `earlier` before it looks at other nodes */
  async make<T>(name: NodeName, change: (earlier: EarlierChanges) => Promise<T>): Promise<T> {
    const number = ++this.#last;
    const others = this.#underWay.get(name) ?? new Map<number, Promise<unknown>>();
    this.#underWay.set(name, others);
    const made = change((names) => this.#before(number, names));
    others.set(
      number,
      made.catch(() => undefined),
    );
    try {
      return await made;
    } finally {
      others.delete(number);
      if (others.size === 0) this.#underWay.delete(name);
    }
  }

  /** The number of changes under way. */
  get size(): number {
    return this.#underWay.size;
  }

  async #before(number: number, names: Iterable<NodeName>): Promise<void> {
    if (this.#underWay.size === 0) return;
    for (const name of names)
      for (const [other, made] of this.#underWay.get(name) ?? []) if (other < number) await made;
  }
}
