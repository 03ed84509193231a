import type { NotifierCommand } from '../../actors/notifier/notifier.protocol.js';
import { parseAlertId } from '../domain/alert-id.js';
import {
  ALERT_TYPES,
  DELIVERY_STATES,
  type AlertRecord,
  type AlertType,
  type Delivery,
  type DeliveryState,
} from '../domain/alert.js';
import { HeartbeatError } from '../errors.js';
import { isWanted } from '../domain/alert-filter.js';
import type { Daemon } from '../app/api/daemon.js';
import { sentenceFor } from '../views/messages.js';
import { dateOf, nodeNameOf, refuse } from './arguments.js';
import { camelCased } from './casing.js';
import { aText, expectArgument, objectOf, one, oneOf, refuseProblems, type Reader } from './checks.js';
import { callDaemon, pulled } from './calls.js';
import { type Seconds, toSeconds } from '../domain/time.js';

/** A filter of alerts. An absent field matches all. */
export interface AlertFilter {
  /** In this state, or one of these, on some channel. */
  readonly state?: DeliveryState | readonly DeliveryState[];
  /** About this node, alone or in a message about many. */
  readonly node?: string;
  readonly type?: AlertType;
  /** For this channel; with `state`, in that state there. */
  readonly channel?: string;
}

/** The state of an alert on one channel. */
export interface AlertDelivery {
  readonly state: Delivery['state'];
  /** Why it is held, if it is. */
  readonly heldFor: string | undefined;
  readonly attempts: number;
  readonly lastAttempt: Date | undefined;
  readonly lastError: string | undefined;
  /** Of a channel of the kind `rota`: who was notified, or would have been if the attempt had not failed. */
  readonly person: string | undefined;
  /** The channel that could not deliver it, if this one is the fallback. */
  readonly insteadOf: string | undefined;
  /** The alerts that it folds. */
  readonly folded: { readonly count: number; readonly alertIds: readonly string[] } | undefined;
}

/** An alert. Durations are in seconds. */
export interface AlertDescription {
  readonly id: string;
  readonly type: AlertType;
  readonly at: Date;
  readonly node: string | undefined;
  /** How long of the silence the instance was blind. */
  readonly blind: Seconds;
  readonly message: string;
  /** The reason in the node's own report of a failure. */
  readonly reason: string | undefined;
  /** The number of the reminder. */
  readonly reminder: number | undefined;
  /** The failed dependency that inhibits it. */
  readonly causedBy: string | undefined;
  /** The silences that held it. */
  readonly silencedBy: readonly string[] | undefined;
  /** Of a mass failure: the number of failed nodes, and some of them. */
  readonly mass: { readonly count: number; readonly sample: readonly string[] } | undefined;
  /** Of a group: its nodes, and the alerts that it replaces. */
  readonly group: { readonly nodes: readonly string[]; readonly alertIds: readonly string[] } | undefined;
  /** By the names of the channels. */
  readonly channels: Readonly<Record<string, AlertDelivery>>;
}

const aState = one(oneOf(...DELIVERY_STATES));
const FILTER = objectOf({
  state: ((value, place) =>
    Array.isArray(value)
      ? value.flatMap((each, index) => aState(each, `${place}.${String(index)}`))
      : aState(value, place)) satisfies Reader,
  node: one(aText),
  type: one(oneOf(...ALERT_TYPES)),
  channel: one(aText),
});

/** Matching alerts, newest first. What is not pulled is not read. */
export async function* listAlerts(
  daemon: () => Promise<Daemon>,
  filter: AlertFilter,
): AsyncGenerator<AlertDescription> {
  refuseProblems('filter', FILTER(filter, 'filter'));
  const { state, type, channel } = filter;
  const node = filter.node === undefined ? undefined : nodeNameOf(filter.node);
  const states = state === undefined ? undefined : [state].flat();
  const instance = await daemon();
  for await (const chunk of pulled(instance, instance.alerts.list({ states })))
    for (const record of chunk)
      if (isWanted(record, { states, filter: { node, type, channel } })) yield describedAlert(record);
}

/** Delivers a dead letter again. @returns its id */
export async function redeliver(daemon: () => Promise<Daemon>, alert: string): Promise<string> {
  expectArgument("an alert's id", alert, aText);
  const id = parseAlertId(alert) ?? refuse('HEARTBEAT_NO_SUCH_ALERT');
  return ask(await daemon(), (answered) => ({ kind: 'redeliver', id, answered }));
}

/** Sends a test on a channel. @returns the id of its alert */
export async function testChannel(daemon: () => Promise<Daemon>, channel: string): Promise<string> {
  expectArgument("a channel's name", channel, aText);
  return ask(await daemon(), (answered) => ({ kind: 'test', channel, answered }));
}

/** @throws HeartbeatError if it is refused */
function ask(
  daemon: Daemon,
  command: (answered: NotifierCommand['answered']) => NotifierCommand,
): Promise<string> {
  return callDaemon(daemon, (resolve, reject) => {
    const answered: NotifierCommand['answered'] = (reply) => {
      if (reply.kind === 'accepted') resolve(reply.id);
      else reject(new HeartbeatError(reply.code, sentenceFor(reply.code)));
    };
    daemon.alerts.command(command(answered));
  });
}

function describedAlert({ alert, deliveries }: AlertRecord): AlertDescription {
  const { id, type, at, node, blind, message, reason, reminder, causedBy, silencedBy, mass, group } = alert;
  return {
    id,
    type,
    at: new Date(at),
    node: node?.name,
    blind: toSeconds(blind),
    message,
    reason,
    reminder,
    causedBy,
    silencedBy: silencedBy && [...silencedBy],
    mass: mass && { count: mass.count, sample: [...mass.sample] },
    group: group && { nodes: group.nodes.map(({ name }) => name), alertIds: [...group.alertIds] },
    channels: Object.fromEntries(deliveries.map((delivery) => [delivery.channel, described(delivery)])),
  };
}

function described(delivery: Delivery): AlertDelivery {
  const { state, hold, attempts, lastAttempt, lastError, person, folds, insteadOf } = delivery;
  return {
    state,
    heldFor: hold,
    attempts,
    lastAttempt: dateOf(lastAttempt),
    lastError,
    person,
    insteadOf,
    folded: folds && { count: folds.count, alertIds: [...folds.ids] },
  };
}

/** Keys whose numbers are instants in Unix seconds. */
const INSTANTS = /^(?:at|from|to)$|_at$/;

/** The tree that `GET /supervision` shows, in camelCase and with instants as `Date`. */
export function describedSupervision(shown: object): object {
  return camelCased(shown, (name, value) =>
    INSTANTS.test(name) && typeof value === 'number' ? new Date(value * 1000) : value,
  );
}
