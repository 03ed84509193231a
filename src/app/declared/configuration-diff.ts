import { assertNever } from '../../domain/assert-never.js';
import type { ConfigurationDiff, ConfigurationSource, DeclaredChange } from '../../ports/configuration.js';
import type { DeclaredNodes } from './declared-nodes.js';
import type { DeclaredStep } from './plan.js';

/** What a reload would do now; nothing if there is no configuration that can be read again. */
export async function configurationDiff(
  source: ConfigurationSource | undefined,
  declared: Pick<DeclaredNodes, 'plan'>,
): Promise<ConfigurationDiff> {
  if (source === undefined) return { file: undefined, problems: [], changes: [], nodes: [] };
  const { declaration, ...read } = await source.read();
  if (declaration === undefined) return { ...read, nodes: [] };
  const { problems, steps } = await declared.plan(declaration);
  if (problems.length > 0) return { file: read.file, problems, changes: [], nodes: [] };
  return { ...read, nodes: steps.flatMap(changeOf) };
}

function changeOf(step: DeclaredStep): readonly DeclaredChange[] {
  const { name: node } = step;
  switch (step.kind) {
    case 'create':
      return [{ node, change: 'added', settings: [] }];
    case 'adopt':
      return [{ node, change: 'adopted', settings: step.changes }];
    case 'change':
      return [{ node, change: 'changed', settings: step.changes }];
    case 'remove':
      return [{ node, change: 'removed', settings: [] }];
    case 'release':
      return [{ node, change: 'released', settings: [] }];
    case 'free_slug':
      // A part of the change that follows.
      return [];
    default:
      return assertNever(step);
  }
}
