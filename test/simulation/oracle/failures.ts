import type { Flip } from '../../../src/domain/node.js';
import type { Ledger, NodeChange } from '../world/ledger.js';
import { between } from './search.js';

/** The greatest difference between two clocks of the simulation, and the greatest delay of a deadline. */
export const SLACK = 60;

/** An interval in which a node had failed. */
export interface Failure {
  readonly node: string;
  readonly from: number;
  readonly to: number;
  /** By the wall clock. */
  readonly at: number;
}

/** The failures of all nodes, and what an outside observer knows about them. The wall clock was never set. */
export class Failures {
  readonly of: ReadonlyMap<string, readonly Failure[]>;
  readonly #ledger: Ledger;

  /** @param flips the flips of each node */
  constructor(ledger: Ledger, flips: ReadonlyMap<string, readonly Flip[]>) {
    const lead = leadOf(ledger);
    this.#ledger = ledger;
    this.of = new Map(
      [...flips].map(([node, ofNode]) => [
        node,
        ofNode.flatMap(({ to, at }, index) =>
          to === 'failed'
            ? [{ node, at, from: at - lead, to: (ofNode[index + 1]?.at ?? Infinity) - lead }]
            : [],
        ),
      ]),
    );
  }

  wasEver(node: string, what: NodeChange['kind']): boolean {
    return this.#ledger.nodes.get(node)?.some(({ kind }) => kind === what) === true;
  }

  isCalm(from: number, to: number): boolean {
    return !(
      this.#ledger.wasBlind(from - SLACK, to) ||
      this.#ledger.hasRestarted(from, to) ||
      this.#ledger.wasTroubled(from - 2000, to)
    );
  }

  /** Whether it was acknowledged, and the acknowledgement may have been on disk by then. */
  isCaredFor({ node, from, to }: Failure, by: number, isCertain: boolean): boolean {
    const events = between(this.#ledger.nodes.get(node) ?? [], from, Math.min(to, by));
    const certain = events.findLast(
      ({ kind, answer, answeredAt = Infinity }) =>
        kind === 'acknowledge' && answer === 'done' && answeredAt < by - SLACK,
    );
    if (!isCertain) return events.some(({ kind }) => kind === 'acknowledge');
    return (
      certain !== undefined && !events.some(({ kind, at }) => kind === 'unacknowledge' && at >= certain.at)
    );
  }

  parentsOf(node: string): readonly Failure[] {
    const parent = this.#ledger.wanted.get(node)?.dependsOn;
    return parent === undefined ? [] : (this.of.get(parent) ?? []);
  }
}

/** The wall clock minus the monotonic clock, while it was not set. */
export function leadOf(ledger: Ledger): number {
  for (const events of ledger.nodes.values()) for (const { lead } of events) return lead;
  return 0;
}
