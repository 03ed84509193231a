import type { AlertIds } from '../../../src/domain/alert-id.js';
import type { Alert, AlertRecord, Delivery } from '../../../src/domain/alert.js';
import type { NodeName } from '../../../src/domain/node-name.js';
import type { NodeFacts } from '../../../src/domain/node.js';
import { unixSeconds, type Instant } from '../../../src/domain/time.js';
import type { AlertMessage } from '../../../src/ports/channel.js';
import { closingNotice } from '../channel/closing-notice.js';
import { closedSentence, newsSentence } from '../channel/message.js';
import { fresh } from '../outbox/delivery.js';
import type { OpenAlerts } from '../outbox/open-alerts.js';
import type { Circumstances, DeliveryRules } from './delivery-rules.js';
import type { FailedNode, FailedNodes } from './failed-nodes.js';
import { routesOf, routesOfFailure, type Route } from './routing.js';
import type { UnnotifiedChannels } from './unnotified-channels.js';

/** The receiver of a channel's messages. Two channels may have one receiver, and a channel may get another name. */
type ReceiverOf = (channel: string) => string;

/** The channels of a configuration, and their receivers. */
interface Routing {
  readonly routes: readonly Route[];
  readonly receiverOf: ReceiverOf;
}

/** A failed node of whose failure all its channels have been notified, except some. */
interface NotifiedNode {
  readonly facts: NodeFacts;
  readonly unnotified: ReadonlySet<string>;
}

/** The effect on a failure when the alerts of its node are routed to other channels. */
interface Reroute {
  /** Channels where it has to be closed: their receivers were notified of it, and would not be notified of its end. */
  readonly unclosed: readonly string[];
  /** Channels that get its alerts from now on, and whose receivers have not been notified of it. */
  readonly unnotified: ReadonlySet<string>;
}

export interface ClosingDeps {
  readonly open: OpenAlerts;
  readonly failed: FailedNodes;
  readonly ids: AlertIds;
  readonly deliveryRules: DeliveryRules;
  readonly unnotified: UnnotifiedChannels;
}

/**
 * Closes failures at receivers that will not be notified of their end: the settings of the node or the routing of the
 * channels have changed, or the channel is removed.
 */
export class Closing {
  readonly #now: Routing;
  readonly #open: OpenAlerts;
  readonly #failed: FailedNodes;
  readonly #ids: AlertIds;
  readonly #deliveryRules: DeliveryRules;
  readonly #unnotified: UnnotifiedChannels;
  /** The routing before the channels were replaced. */
  #before: Routing | undefined;

  /** @param now the routing in force: it changes while the daemon runs */
  constructor(now: Routing, { open, failed, ids, deliveryRules, unnotified }: ClosingDeps) {
    this.#now = now;
    this.#open = open;
    this.#failed = failed;
    this.#ids = ids;
    this.#deliveryRules = deliveryRules;
    this.#unnotified = unnotified;
  }

  /**
   * The channels are about to be replaced.
   *
   * @returns a last message for each channel with an open failure, in case the channel or its receiver is removed
   */
  notices(wall: Instant): ReadonlyMap<string, AlertMessage> {
    const { routes, receiverOf } = this.#now;
    const receivers = new Map(routes.map(({ name }) => [name, receiverOf(name)]));
    this.#before = { routes: [...routes], receiverOf: (channel) => receivers.get(channel) ?? channel };
    const failures = new Map<string, FailedNode[]>();
    for (const node of this.#failed.all()) {
      for (const { name } of node.isNotified ? holders(this.#now, this.#notified(node.facts)) : [])
        if (this.#open.of(node.facts.name, name).length === 0) add(failures, name, node);
    }
    return new Map(
      Array.from(failures, ([channel, nodes]) => {
        const failing = nodes.map(({ facts: { name, labels }, since }) => ({
          name,
          at: unixSeconds(since),
          labels,
        }));
        return [channel, closingNotice(channel, failing, this.#ids.next(wall), wall)];
      }),
    );
  }

  /**
   * The channels have been replaced.
   *
   * @returns the nodes whose failures have to be closed at receivers that are still configured, by channel
   */
  replaced(): ReadonlyMap<string, readonly FailedNode[]> {
    const unclosed = new Map<string, FailedNode[]>();
    const [before, now] = [this.#before, this.#now];
    this.#before = undefined;
    if (before === undefined) return unclosed;
    for (const node of this.#failed.all()) {
      if (!node.isNotified) continue;
      const rerouted = reroute(this.#notified(node.facts), before, now, node.facts);
      for (const channel of rerouted.unclosed) add(unclosed, channel, node);
      this.#unnotified.set(node.facts.name, rerouted.unnotified);
    }
    return unclosed;
  }

  /**
   * Closes the failures that `replaced` returned: one message for each channel.
   *
   * @returns the records that change, which are not put yet
   */
  close(
    unclosed: ReadonlyMap<string, readonly FailedNode[]>,
    circumstances: Circumstances,
  ): readonly AlertRecord[] {
    const { wall } = circumstances;
    const changes = new Map<string, AlertRecord>();
    for (const [channel, nodes] of unclosed) {
      const together = nodes.filter(({ facts }) => {
        const delivery = this.#deliveryRules.deliver(
          channel,
          'channel.closed',
          facts,
          circumstances,
          changes,
        );
        if (delivery.state === 'pending' && delivery.folds === undefined) return true;
        if (delivery.state !== 'cancelled') put(changes, this.#closed(facts, [delivery], wall));
        return false;
      });
      const [first] = together;
      if (first === undefined) continue;
      const delivery = fresh(channel, wall);
      const record =
        together.length === 1
          ? this.#closed(first.facts, [delivery], wall)
          : this.#closedTogether(together, delivery, wall);
      put(changes, record);
    }
    return [...changes.values()];
  }

  /**
   * The settings of a failed node are about to change. Channels that it will have count as unnotified already, so that
   * they are stored before its settings.
   *
   * @returns what goes to disk with them: the end of its failure for channels that will not be notified of it
   */
  prepare(before: NodeFacts, next: NodeFacts, wall: Instant): AlertRecord | undefined {
    const { unclosed, unnotified } = this.#reroute(before, next);
    this.#unnotified.add(before.name, unnotified);
    if (unclosed.length === 0) return undefined;
    return this.#closed(
      before,
      unclosed.map((channel) => fresh(channel, wall)),
      wall,
    );
  }

  #closed(node: NodeFacts, deliveries: readonly Delivery[], wall: Instant): AlertRecord {
    const type = 'channel.closed';
    const message = newsSentence(type, node);
    return { alert: { id: this.#ids.next(wall), type, at: wall, node, blind: 0, message }, deliveries };
  }

  #closedTogether(nodes: readonly FailedNode[], delivery: Delivery, wall: Instant): AlertRecord {
    const members = nodes.map(({ facts: { name, state, labels }, since: at }) => ({
      name,
      state,
      at,
      labels,
    }));
    const alert: Alert = {
      id: this.#ids.next(wall),
      type: 'channel.closed',
      at: wall,
      node: undefined,
      blind: 0,
      message: closedSentence(members.map(({ name }) => name)),
      group: { nodes: members, alertIds: [] },
    };
    return { alert, deliveries: [delivery] };
  }

  /** The nodes whose failure is still to be closed at some channel. */
  pending(): ReadonlySet<NodeName> {
    const names = new Set<NodeName>();
    for (const { alert } of this.#open.all())
      if (alert.type === 'channel.closed' && alert.node !== undefined) names.add(alert.node.name);
    return names;
  }

  /** Whether the alerts of the node go to this channel again, before its failure was closed there. */
  isNeedless({ type }: Alert, { channel, attempts }: Delivery, facts: NodeFacts): boolean {
    if (type !== 'channel.closed' || attempts > 0) return false;
    return receiversOfEnd(this.#now, facts).has(this.#now.receiverOf(channel));
  }

  /** The settings of a failed node have changed. */
  changed(before: NodeFacts, next: NodeFacts): void {
    if (before.labels === next.labels && before.channels === next.channels) return;
    this.#unnotified.set(next.name, this.#reroute(before, next).unnotified);
  }

  #reroute(before: NodeFacts, next: NodeFacts): Reroute {
    return reroute(this.#notified(before), this.#now, this.#now, next);
  }

  #notified(facts: NodeFacts): NotifiedNode {
    return { facts, unnotified: this.#unnotified.of(facts.name) };
  }
}

function reroute(node: NotifiedNode, before: Routing, now: Routing, next: NodeFacts): Reroute {
  const notified = routesOfFailure(before.routes, node.facts)
    .filter(({ name }) => !node.unnotified.has(name))
    .map(({ name }) => before.receiverOf(name));
  const stay = receiversOfEnd(now, next);
  const unclosed = new Map<string, string>();
  for (const { name } of holders(before, node)) {
    const receiver = before.receiverOf(name);
    // A receiver that is no longer configured gets a closing notice by its old settings.
    const same = now.routes.filter((route) => now.receiverOf(route.name) === receiver);
    const through = same.find((route) => route.name === name) ?? same[0];
    if (!stay.has(receiver) && through !== undefined) unclosed.set(receiver, through.name);
  }
  const unnotified = routesOfFailure(now.routes, next)
    .filter(({ name }) => !notified.includes(now.receiverOf(name)))
    .map(({ name }) => name);
  return { unclosed: [...unclosed.values()], unnotified: new Set(unnotified) };
}

/** The channels that have been notified of a failure, and would be notified of its end. */
function holders({ routes }: Routing, { facts, unnotified }: NotifiedNode): readonly Route[] {
  const ends = routesOf(routes, 'channel.closed', facts);
  return routesOfFailure(routes, facts).filter(
    (route) => ends.includes(route) && !unnotified.has(route.name),
  );
}

function receiversOfEnd({ routes, receiverOf }: Routing, facts: NodeFacts): ReadonlySet<string> {
  return new Set(routesOf(routes, 'channel.closed', facts).map(({ name }) => receiverOf(name)));
}

function add(nodes: Map<string, FailedNode[]>, channel: string, node: FailedNode): void {
  const others = nodes.get(channel);
  if (others === undefined) nodes.set(channel, [node]);
  else others.push(node);
}

function put(changes: Map<string, AlertRecord>, record: AlertRecord): void {
  changes.set(record.alert.id, record);
}
