import type { DescribedNode } from '../../actors/node/node.protocol.js';
import type { Access } from '../domain/access.js';
import type { NodeName } from '../domain/node-name.js';
import type { NodesDaemon } from './nodes-api.js';
import type { EarlierChanges } from './dependency-changes.js';
import type { BodyProblem } from '../http/input/json-body.js';

type Asking = Pick<NodesDaemon, 'ask'>;
type Changing = Pick<NodesDaemon, 'ask' | 'dependencyChanges'>;

/**
 * What the failures of these nodes come from: of each that has failed, the first of those that it depends on that has
 * failed itself, as far as whoever asks may know.
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
 * Changes what a node depends on, unless it would come to depend on itself, through whatever others.
 *
 * @param make makes the change, and resolves when it has been answered
 * @returns what `make` resolved with, or why the change was not made
 */
export function changeDependencies<Made>(
  nodes: Changing,
  name: NodeName,
  dependsOn: readonly NodeName[],
  access: Pick<Access, 'mayTouchNode'>,
  make: () => Promise<Made>,
): Promise<{ readonly made: Made } | { readonly problem: BodyProblem }> {
  return nodes.dependencyChanges.make(name, async (earlier) => {
    const circle = await circleThrough(nodes, name, dependsOn, earlier);
    return circle === undefined ? { made: await make() } : { problem: problemOf(circle, access) };
  });
}

function problemOf(circle: readonly NodeName[], access: Pick<Access, 'mayTouchNode'>): BodyProblem {
  const problem = 'the node would come to depend on itself';
  const isShown = circle.every((each) => access.mayTouchNode(each));
  return { path: 'depends_on', problem: isShown ? `${problem}: ${circle.join(' -> ')}` : problem };
}

/** @returns the shortest way from the node back to itself */
async function circleThrough(
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

/** Those of them that are known. */
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
