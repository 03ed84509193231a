import type { Alert, AlertRecord, Delivery } from '../../../src/domain/alert.js';
import type { Flip } from '../../../src/domain/node.js';
import { LATE, PASSING, type Receiver } from '../world/receivers.js';
import { BrokenPromise, type Ledger } from '../world/ledger.js';
import { leadOf } from './failures.js';
import { between } from './search.js';

/** An early reminder is due again after a restart that is no longer than this before its first attempt. */
const DUE_AGAIN = 6000;

/** Checks the outcome of every failure, recovery and alert at the end. */
export class AlertsOracle {
  readonly #ledger: Ledger;
  readonly #receivers: ReadonlyMap<string, Receiver>;

  constructor(ledger: Ledger, receivers: ReadonlyMap<string, Receiver>) {
    this.#ledger = ledger;
    this.#receivers = receivers;
  }

  /** Every alert ended as promised, under its first id. */
  ends(records: readonly AlertRecord[], now: number): void {
    const complain = (what: string, about?: string): never => {
      throw new BrokenPromise(`Alerts: ${what}.`, now, about);
    };
    this.#ids(records, complain);
    const standsFor = new Set<string>();
    for (const { alert, deliveries } of records) {
      for (const each of deliveries) for (const id of this.#unnamed(alert, each, records)) standsFor.add(id);
      for (const delivery of deliveries) {
        const { channel, state, folds } = delivery;
        if (state !== 'delivered' && state !== 'dead' && !this.#isMoot(alert, delivery)) continue;
        for (const id of [...(folds?.ids ?? []), ...(alert.group?.alertIds ?? [])])
          standsFor.add(`${channel} ${id}`);
      }
    }
    const told = new Map(
      [...this.#receivers].map(([name, receiver]) => [
        name,
        new Set(receiver.told.map(({ message }) => message.id)),
      ]),
    );
    for (const { alert, deliveries } of records) {
      for (const delivery of deliveries) {
        const wrong = this.#wrong(alert.id, delivery, deliveries, told, standsFor);
        if (wrong === undefined) continue;
        const what = alert.node === undefined ? alert.type : `${alert.type} of ${alert.node.name}`;
        complain(
          `${what}, ${alert.id}, is ${delivery.state} for ${delivery.channel}: ${wrong}`,
          alert.node?.name,
        );
      }
    }
    this.#late(complain);
    const known = new Set<string>(records.map(({ alert }) => alert.id));
    for (const receiver of this.#receivers.values()) this.#order(receiver, known, complain);
  }

  /** A summary lists the last alerts that it replaces, and counts the earlier ones. */
  #unnamed(
    { node }: Alert,
    { channel, folds }: Delivery,
    records: readonly AlertRecord[],
  ): readonly string[] {
    const [first] = folds?.ids ?? [];
    if (folds === undefined || first === undefined || folds.count <= folds.ids.length) return [];
    return records
      .filter(({ alert: { id, node: other } }) => other?.name === node?.name && id < first)
      .map(({ alert: { id } }) => `${channel} ${id}`);
  }

  /**
   * An escalation channel is not notified of what is over by its time: of a group without a failed node, or of a summary,
   * if it was not notified of any of the failures in it.
   */
  #isMoot({ id, node, group }: Alert, { channel, state, folds }: Delivery): boolean {
    if (state !== 'cancelled' || channel !== 'boss') return false;
    if (group !== undefined) return true;
    const boss = this.#receivers.get(channel);
    if (folds === undefined || node === undefined || boss === undefined) return false;
    const last = statesTold(boss, node.name).findLast((told) => told.id < id);
    return last === undefined || last.state === 'active';
  }

  #wrong(
    id: string,
    { channel, state, attempts, hold }: Delivery,
    deliveries: readonly Delivery[],
    told: ReadonlyMap<string, ReadonlySet<string>>,
    standsFor: ReadonlySet<string>,
  ): string | undefined {
    const receiver = this.#receivers.get(channel);
    switch (state) {
      case 'delivered':
        return told.get(channel)?.has(id) === true ? undefined : 'the receiver was never told';
      case 'cancelled':
        return attempts === 0 ? undefined : 'an attempt had begun';
      case 'folded':
        return standsFor.has(`${channel} ${id}`) ? undefined : 'no message names it';
      case 'dead': {
        if (channel === PASSING) return undefined;
        if (receiver?.hasRefused !== true) return 'the receiver never refused anything';
        const isRerouted = deliveries.some(({ insteadOf }) => insteadOf === channel);
        return channel !== 'ops' || isRerouted ? undefined : 'the fallback was not asked';
      }
      case 'pending':
      case 'held':
        return `nothing has come of it${hold === undefined ? '' : ` (${hold})`}`;
    }
  }

  /** Every message is stored under its id, and no event has two ids. */
  #ids(records: readonly AlertRecord[], complain: (what: string, about?: string) => never): void {
    const known = new Set<string>(records.map(({ alert }) => alert.id));
    for (const { name, attempted } of this.#receivers.values()) {
      for (const [id, { at }] of attempted) {
        // While the disk refuses writes, an alert is stored later, and a kill before that loses it.
        const mayBeLost = this.#ledger.wasTroubled(at, at) && this.#ledger.hasRestarted(at, Infinity);
        if (!known.has(id) && !mayBeLost) complain(`${name} was notified under ${id}, which is not stored`);
      }
    }
    const idOf = new Map<string, string>();
    for (const { alert, deliveries } of records) {
      const { type, node, at, reminder, id } = alert;
      if (node === undefined || (type !== 'node.failed' && type !== 'node.recovered')) continue;
      for (const { channel, state } of deliveries) {
        if (state !== 'delivered' && state !== 'dead') continue;
        const what = `${type} of ${node.name} at ${String(at)} for ${channel}, reminder ${String(reminder)}`;
        const other = idOf.get(what);
        if (other !== undefined && !(reminder !== undefined && this.#isDueAgain(channel, other, id)))
          complain(`${what} has two ids, ${other} and ${id}`, node.name);
        idOf.set(what, id);
      }
    }
  }

  #isDueAgain(channel: string, ...ids: readonly string[]): boolean {
    const attempted = this.#receivers.get(channel)?.attempted;
    const times = ids.flatMap((id) => attempted?.get(id)?.at ?? []);
    return this.#ledger.hasRestarted(Math.min(...times) - DUE_AGAIN, Math.max(...times));
  }

  /** The escalation channel is not notified of a failure early, nor of one that was acknowledged in time. */
  #late(complain: (what: string, about?: string) => never): void {
    if (this.#ledger.jumps.length > 0) return;
    for (const { message, at } of this.#receivers.get('boss')?.told ?? []) {
      const { node, type, at_ms, reminder } = message;
      if (node === undefined || reminder !== undefined) continue;
      if (type !== 'node.failed' && type !== 'node.reported_failure') continue;
      const events = this.#ledger.nodes.get(node.name) ?? [];
      const failedAt = at_ms - leadOf(this.#ledger);
      if (at < failedAt + LATE) complain(`boss was told of a failure of ${node.name} too early`, node.name);
      const since = between(events, failedAt + 1, at);
      const isQuiet =
        since.some(
          ({ kind, answer, answeredAt = Infinity }) =>
            // An acknowledgement counts once it is on disk.
            kind === 'acknowledge' && answer === 'done' && answeredAt < failedAt + LATE,
        ) && !since.some(({ kind }) => kind === 'unacknowledge');
      const isUnsure = this.#ledger.wasTroubled(failedAt, at) || this.#ledger.hasRestarted(failedAt, at);
      const isBack = since.some(({ kind, at: backAt }) => kind === 'heartbeat' && backAt < failedAt + LATE);
      if (isQuiet && !isUnsure && !isBack)
        complain(`boss was told of a failure of ${node.name} that had been acknowledged in time`, node.name);
    }
  }

  /** Messages of one node are sent in the order in which they were raised; only repeats may come later. */
  #order(
    { name: channel, told }: Receiver,
    known: ReadonlySet<string>,
    complain: (what: string, about?: string) => never,
  ): void {
    const heard = new Set<string>();
    const last = new Map<string, string>();
    for (const { message } of told) {
      const { node, id } = message;
      // Alerts that a kill lost before they were stored have no place in the order.
      if (node === undefined || heard.has(id) || !known.has(id)) continue;
      heard.add(id);
      const before = last.get(node.name);
      if (before !== undefined && id < before)
        complain(`${channel} was told ${id} of ${node.name} after ${before}, which is younger`, node.name);
      last.set(node.name, id);
    }
  }

  /** Each failure and each recovery has an alert, stored in one batch with its flip. */
  flips(node: string, flips: readonly Flip[], records: readonly AlertRecord[], now: number): void {
    // Nothing is notified during a pause.
    if (this.#ledger.nodes.get(node)?.some(({ kind }) => kind === 'pause') === true) return;
    const raised = new Set(
      records.flatMap(({ alert }) =>
        alert.node?.name === node && alert.reminder === undefined
          ? [`${alert.type} ${String(alert.at)}`]
          : [],
      ),
    );
    for (const { from, to, at, cause } of flips) {
      const type =
        to === 'failed'
          ? cause === 'report'
            ? 'node.reported_failure'
            : 'node.failed'
          : to === 'active' && from === 'failed'
            ? 'node.recovered'
            : undefined;
      if (type === undefined || raised.has(`${type} ${String(at)}`)) continue;
      throw new BrokenPromise(
        `${node}: it became ${to} at ${new Date(at).toISOString()}, and there is no alert of it.`,
        now,
        node,
      );
    }
  }

  /** At the end every node is active, and every channel without a filter has been notified of that. */
  finalStates(nodes: readonly string[], records: readonly AlertRecord[], now: number): void {
    const known = new Set<string>(records.map(({ alert }) => alert.id));
    for (const channel of ['log', 'boss']) {
      const receiver = this.#receivers.get(channel);
      if (receiver === undefined) continue;
      const isPartial = records.some(({ deliveries }) =>
        deliveries.some((delivery) => delivery.channel === channel && delivery.state === 'dead'),
      );
      if (isPartial) continue;
      for (const node of nodes) {
        const state = statesTold(receiver, node).at(-1)?.state ?? 'active';
        // A failure that was sent, and lost in a kill before it was stored, has no recovery.
        if (receiver.told.some(({ message }) => message.node?.name === node && !known.has(message.id)))
          continue;
        if (state !== 'active')
          throw new BrokenPromise(
            `${node} is well, and ${channel} was last told that it is ${state}.`,
            now,
            node,
          );
      }
    }
  }
}

/** What a receiver was told of a node, in order. */
function statesTold(
  { told }: Receiver,
  node: string,
): readonly { readonly id: string; readonly state: string }[] {
  return told.flatMap(({ message: { id, type, node: single, nodes = [] } }) => {
    if (single?.name === node) return [{ id, state: type === 'node.deleted' ? 'active' : single.state }];
    return nodes.flatMap(({ name, state }) => (name === node ? [{ id, state }] : []));
  });
}
