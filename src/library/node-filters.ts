import type { NodeState } from '../domain/node.js';
import { aDate, aText, must, objectOf, one, oneOf } from './checks.js';

export interface NodeFilter {
  readonly state?: NodeState;
  readonly label?: { readonly key: string; readonly value: string };
  /** Only paused nodes, or only those that are not. */
  readonly paused?: boolean;
  /** A prefix of the name. */
  readonly name?: string;
}

/** Which flips of a node to list. */
export interface FlipsRange {
  /** Only flips at or after this. */
  readonly from?: Date;
  /** Only flips before this. */
  readonly before?: Date;
  /** Default: newest first. */
  readonly order?: 'asc' | 'desc';
}

/** The range of an uptime. Default: from the beginning of what is known until now. */
export interface UptimeRange {
  readonly from?: Date;
  readonly to?: Date;
}

export const FILTER = objectOf({
  state: one(oneOf('active', 'inactive', 'failed')),
  label: objectOf({ key: one(aText), value: one(must('a text', (value) => typeof value === 'string')) }),
  paused: one(must('true or false', (value) => typeof value === 'boolean')),
  name: one(aText),
});
export const FLIPS = objectOf({ from: one(aDate), before: one(aDate), order: one(oneOf('asc', 'desc')) });
export const UPTIME = objectOf({ from: one(aDate), to: one(aDate) });
