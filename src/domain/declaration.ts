import type { DeclaredNode } from './node.js';

/** What the configuration says about declared nodes. */
export interface Declaration {
  /** The nodes of the file; undefined if there is no file, and then every node is released. */
  readonly nodes: readonly DeclaredNode[] | undefined;
  /** The file, for messages. */
  readonly path: string;
  /** Whether nodes that left the file are deleted, if a file registered them. */
  readonly prune: boolean;
}

export const NO_DECLARATION: Declaration = { nodes: undefined, path: '', prune: true };
