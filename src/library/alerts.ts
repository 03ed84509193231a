import type { AlertRecord, AlertType, Delivery } from '../domain/alert.js';
import type { Instant } from '../domain/time.js';
import { camelCased } from './casing.js';

/** What has become of an alert in one channel. */
export interface AlertDelivery {
  readonly state: Delivery['state'];
  /** Why it is not told yet, where something holds it. */
  readonly heldFor: string | undefined;
  readonly attempts: number;
  readonly lastAttempt: Date | undefined;
  readonly lastError: string | undefined;
  /** The channel that it died in, where this one is told instead. */
  readonly insteadOf: string | undefined;
  /** The alerts that it sums up. */
  readonly folded: { readonly count: number; readonly alertIds: readonly string[] } | undefined;
}

/** An alert. Durations in seconds. */
export interface AlertDescription {
  readonly id: string;
  readonly type: AlertType;
  readonly at: Date;
  readonly node: string | undefined;
  /** How long nobody could be heard in the silence that it tells of. */
  readonly blind: number;
  readonly message: string;
  /** Which reminder it is. */
  readonly reminder: number | undefined;
  /** The node whose failure this one's comes from. */
  readonly causedBy: string | undefined;
  /** Of a mass failure: how many have failed, and some of them. */
  readonly mass: { readonly count: number; readonly sample: readonly string[] } | undefined;
  /** Of one that tells of several: which nodes, and which alerts it stands for. */
  readonly group: { readonly nodes: readonly string[]; readonly alertIds: readonly string[] } | undefined;
  /** By the names of the channels. */
  readonly channels: Readonly<Record<string, AlertDelivery>>;
}

export function describedAlert({ alert, deliveries }: AlertRecord): AlertDescription {
  const { id, type, at, node, blind, message, reminder, causedBy, mass, group } = alert;
  return {
    id,
    type,
    at: new Date(at),
    node: node?.name,
    blind: blind / 1000,
    message,
    reminder,
    causedBy,
    mass: mass && { count: mass.count, sample: [...mass.sample] },
    group: group && { nodes: group.nodes.map(({ name }) => name), alertIds: [...group.alertIds] },
    channels: Object.fromEntries(deliveries.map((delivery) => [delivery.channel, described(delivery)])),
  };
}

function described(delivery: Delivery): AlertDelivery {
  const { state, hold, attempts, lastAttempt, lastError, folds, insteadOf } = delivery;
  return {
    state,
    heldFor: hold,
    attempts,
    lastAttempt: dateOf(lastAttempt),
    lastError,
    insteadOf,
    folded: folds && { count: folds.count, alertIds: [...folds.ids] },
  };
}

function dateOf(at: Instant | undefined): Date | undefined {
  return at === undefined ? undefined : new Date(at);
}

/** Where what the daemon shows as Unix seconds is an instant, and not a number of something. */
const INSTANTS = /^(?:at|from|to)$|_at$/;

/** What `GET /supervision` shows, in a program's spelling: names in camelCase, instants as `Date`. */
export function describedSupervision(shown: object): object {
  return camelCased(shown, (name, value) =>
    INSTANTS.test(name) && typeof value === 'number' ? new Date(value * 1000) : value,
  );
}
