import { LINK_SILENCE } from '../../../src/domain/action-link.js';
import type { Flip } from '../../../src/domain/node.js';
import type { Silence } from '../../../src/domain/silence.js';
import { BrokenPromise, type Ledger, type UsedLink } from '../world/ledger.js';
import { clockOf } from './clock-text.js';
import { Failures, SLACK } from './failures.js';

type Complain = (what: string) => never;

/** Checks what signed links in messages have done: each works once, while its failure lasts, and nobody can forge one. */
export class LinksOracle {
  readonly #ledger: Ledger;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /**
   * @param flips the flips of each node
   * @param silences those that the daemon shows at the end
   */
  judge(flips: ReadonlyMap<string, readonly Flip[]>, silences: readonly Silence[]): void {
    const { links } = this.#ledger;
    const failures = this.#ledger.jumps.length > 0 ? undefined : new Failures(this.#ledger, flips);
    const byToken = grouped(links, ({ token }) => token);
    for (const link of links) {
      const { at, action, node, channel } = link;
      const complain: Complain = (what) => {
        throw new BrokenPromise(
          `The link of ${channel} to ${action} ${node} was used at ${clockOf(at)}, ${what}.`,
          at,
          node,
        );
      };
      signed(link, complain);
      once(link, byToken.get(link.token) ?? [], complain);
      if (failures !== undefined) this.#whileItFails(link, failures, complain);
    }
    this.#silenced(silences);
  }

  /** A link is void once its failure is over, and not before. */
  #whileItFails(
    { node, since, at, answeredAt = at, says }: UsedLink,
    failures: Failures,
    complain: Complain,
  ): void {
    const failure = failures.of.get(node)?.find((each) => each.at === since);
    if (failure === undefined || failures.wasEver(node, 'forget') || failures.wasEver(node, 'pause')) return;
    if (!failures.isCalm(at - SLACK, answeredAt) || this.#ledger.diedInTrouble(since)) return;
    if (says === 'done' && at > failure.to + SLACK)
      complain(`and was done, though the failure was over at ${clockOf(failure.to)}`);
    if (says === 'void' && at > failure.from + SLACK && answeredAt < failure.to - SLACK)
      complain(
        failure.to === Infinity
          ? 'and was void, though the node has not recovered'
          : `and was void, though the failure was not over before ${clockOf(failure.to)}`,
      );
  }

  /** Each confirmed use has made one silence of an hour, in the name of its channel, and nothing else has made one. */
  #silenced(silences: readonly Silence[]): void {
    const made = grouped(
      silences.filter(({ by }) => by.startsWith('channel ')),
      ({ by, nodes = [] }) => `${by} ${nodes.join(' ')}`,
    );
    const used = grouped(
      this.#ledger.links.filter(({ action, isForged }) => action === 'silence' && !isForged),
      ({ channel, node }) => `channel ${channel} ${node}`,
    );
    for (const [name, uses] of used) {
      const ofName = made.get(name) ?? [];
      const done = uses.filter(({ says }) => says === 'done');
      const unsure = uses.filter(mayBeDone);
      const [{ at, node, channel } = NOWHERE] = uses;
      const complain: Complain = (what) => {
        throw new BrokenPromise(`The links of ${channel} to silence ${node}: ${what}.`, at, node);
      };
      if (ofName.length < done.length)
        complain(`${String(done.length)} were confirmed, and ${String(ofName.length)} silences are there`);
      if (ofName.length > unsure.length)
        complain(
          `${String(ofName.length)} silences are there, and ${String(unsure.length)} may have been made`,
        );
      if (ofName.some(({ startsAt, endsAt }) => endsAt - startsAt !== LINK_SILENCE))
        complain('a silence is not for an hour');
    }
    for (const name of made.keys()) {
      if (used.has(name)) continue;
      throw new BrokenPromise(`A silence is there by ${name}, and no link was used.`, 0);
    }
  }
}

const NOWHERE = { at: 0, node: '', channel: '' };

/** Nobody without the secret makes a link, and each that was signed is known. */
function signed({ isForged, says }: UsedLink, complain: Complain): void {
  if (isForged && (says === 'done' || says === 'used' || says === 'void'))
    complain(`and was ${says}, though nobody had signed it`);
  if (!isForged && says === 'unknown') complain('and was unknown');
}

/** A link works once, also over kills; and it says that it was used only if it was. */
function once(link: UsedLink, ofToken: readonly UsedLink[], complain: Complain): void {
  const { at, says, answeredAt = at } = link;
  const others = ofToken.filter((other) => other !== link);
  if (says === 'done' && others.some((other) => other.says === 'done' && other.at <= at))
    complain('and was done a second time');
  if (says === 'used' && !others.some((other) => other.at <= answeredAt && mayBeDone(other)))
    complain('and had been used, though nobody had pressed its button');
}

/** Whether it may have had its effect, for all that is known. */
function mayBeDone({ says }: UsedLink): boolean {
  return says === 'done' || says === 'later' || says === 'failed' || says === undefined;
}

function grouped<Item>(
  items: readonly Item[],
  nameOf: (item: Item) => string,
): ReadonlyMap<string, readonly Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(nameOf(item));
    if (group === undefined) groups.set(nameOf(item), [item]);
    else group.push(item);
  }
  return groups;
}
