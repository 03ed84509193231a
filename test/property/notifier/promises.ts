import { expect } from 'chai';
import type { AlertMessage } from '../../../src/ports/channel.js';
import type { Seen } from '../../support/simulated-alerts.js';

const HOUR = 3_600_000;

/** Messages about one node come in the order of raising; only repeats may come later. */
export function expectOrder(delivered: readonly Seen[], nodes: readonly string[]): void {
  for (const name of nodes) {
    let last: { readonly message: AlertMessage; readonly at: number } | undefined;
    const heard = new Set<string>();
    for (const { message } of delivered) {
      const ofGroup = message.nodes?.find((each) => each.name === name);
      if ((message.node?.name !== name && ofGroup === undefined) || heard.has(message.id)) continue;
      heard.add(message.id);
      // A group message is younger than the flips in it.
      const areSingle = ofGroup === undefined && last?.message.nodes === undefined;
      const { at } = ofGroup ?? message;
      const isInOrder = last === undefined || (areSingle ? message.id > last.message.id : at >= last.at);
      expect(isInOrder, `${name}: ${message.id} after ${last?.message.id ?? ''}`).to.equal(true);
      last = { message, at };
    }
  }
}

/**
 * No hour has more messages than this about one node. Reminders have a limit of their own. A deleted node is
 * forgotten: a later node of its name counts from zero.
 *
 * @param countedAt when a message counts as sent, by its first seen attempt; undefined if it does not count
 * @param deletions of a node, by the wall clock
 */
export function expectLimit(
  seen: readonly Seen[],
  nodes: readonly string[],
  most: number,
  countedAt: (first: Seen) => number | undefined = ({ at }) => at,
  deletions: (name: string) => readonly number[] = () => [],
): void {
  for (const name of nodes) {
    const first = new Map<string, Seen>();
    for (const each of seen) {
      const { message } = each;
      if (message.reminder !== undefined || message.node?.name !== name) continue;
      if (!first.has(message.id)) first.set(message.id, each);
    }
    const counted = [...first.values()].flatMap((each) => {
      const at = countedAt(each);
      const life = deletions(name).filter((deletedAt) => deletedAt < each.message.at_ms).length;
      return at === undefined ? [] : { at, life };
    });
    for (const { at, life } of counted) {
      const ofAnHour = counted.filter(
        (other) => other.life === life && other.at >= at && other.at < at + HOUR,
      );
      expect(ofAnHour.length).to.be.at.most(most);
    }
  }
}

/** The state of each node according to the messages: active without any. */
export function toldStates(delivered: readonly Seen[], nodes: readonly string[]): Map<string, string> {
  return new Map(
    nodes.map((name) => {
      const states = delivered.flatMap(({ message }) =>
        message.node?.name === name
          ? [message.type === 'node.deleted' ? 'active' : message.node.state]
          : (message.nodes ?? []).filter((each) => each.name === name).map(({ state }) => state),
      );
      return [name, states.at(-1) ?? 'active'];
    }),
  );
}
