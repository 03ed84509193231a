import { expect } from 'chai';
import type { Seen } from '../../support/simulated-alerts.js';

const HOUR = 3_600_000;

/** Of one node, nothing is told before what was raised before it; only repeats may come later. */
export function expectOrder(delivered: readonly Seen[], nodes: readonly string[]): void {
  for (const name of nodes) {
    let last = '';
    const heard = new Set<string>();
    for (const { message } of delivered) {
      const isAbout =
        message.node?.name === name || message.nodes?.some((each) => each.name === name) === true;
      if (!isAbout || heard.has(message.id)) continue;
      heard.add(message.id);
      expect(message.id > last, `${message.id} after ${last}`).to.equal(true);
      last = message.id;
    }
  }
}

/**
 * Of one node, no hour has more messages than this. Reminders have a limit of their own.
 *
 * @param countedAt when a message counts as sent, by the first of its attempts that was seen; undefined if it does not count
 */
export function expectLimit(
  seen: readonly Seen[],
  nodes: readonly string[],
  most: number,
  countedAt: (first: Seen) => number | undefined = ({ at }) => at,
): void {
  for (const name of nodes) {
    const first = new Map<string, Seen>();
    for (const each of seen) {
      const { message } = each;
      if (message.reminder !== undefined || message.node?.name !== name) continue;
      if (!first.has(message.id)) first.set(message.id, each);
    }
    const times = [...first.values()].flatMap((each) => countedAt(each) ?? []);
    for (const time of times) {
      expect(times.filter((other) => other >= time && other < time + HOUR).length).to.be.at.most(most);
    }
  }
}

/** How each node is, as far as somebody was told: who was told nothing takes it for active. */
export function toldStates(delivered: readonly Seen[], nodes: readonly string[]): Map<string, string> {
  return new Map(
    nodes.map((name) => {
      const states = delivered.flatMap(({ message }) =>
        message.node?.name === name
          ? [message.node.state]
          : (message.nodes ?? []).filter((each) => each.name === name).map(({ state }) => state),
      );
      return [name, states.at(-1) ?? 'active'];
    }),
  );
}
