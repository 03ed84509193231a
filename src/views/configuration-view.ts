import type * as z from 'zod';
import type { ConfigurationDiff, DeclaredChange } from '../ports/configuration.js';
import type { configurationDiff } from './ops-answers.js';

/** Nodes in one answer. */
const MOST_SHOWN = 1000;

/** The answer to `GET /config/diff`. */
export function configurationDiffView({
  file,
  problems,
  changes,
  nodes,
}: ConfigurationDiff): z.output<typeof configurationDiff> {
  const counted = (change: DeclaredChange['change']): number =>
    nodes.filter((node) => node.change === change).length;
  return {
    file: file ?? null,
    problems,
    options: changes,
    nodes: nodes.slice(0, MOST_SHOWN),
    node_counts: {
      added: counted('added'),
      adopted: counted('adopted'),
      changed: counted('changed'),
      removed: counted('removed'),
      released: counted('released'),
    },
  };
}
