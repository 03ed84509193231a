import type { NodeState } from '../domain/node.js';
import { BaseNotifier as AnyNotifier, type AlertMessage } from '../ports/channel.js';

/** An alert as the notifiers of a program are handed it. Instants are `Date`s, durations seconds. */
export interface AlertNotification {
  /** The same over every attempt, to drop repeats by. */
  readonly id: string;
  readonly type: AlertMessage['type'];
  readonly at: Date;
  /** Absent where it is about no single node. */
  readonly node?: {
    readonly name: string;
    readonly state: NodeState;
    readonly retries: number;
    readonly lastHeartbeat: Date | undefined;
    readonly labels: Readonly<Record<string, string>>;
  };
  /** How long nobody could be heard in the silence that it tells of. */
  readonly blind: number;
  /** A plain sentence. */
  readonly message: string;
  /** What the node said of the failure that it reported. */
  readonly reason?: string;
  /** Of a reminder that a node is still failed: which one it is, from 1. `at` is when it failed. */
  readonly reminder?: number;
  /** Of a mass failure: how many failed, and the names of some. */
  readonly mass?: { readonly count: number; readonly sample: readonly string[] };
  /** Where it stands for many nodes: all of them. */
  readonly nodes?: readonly {
    readonly name: string;
    readonly state: NodeState;
    readonly at: Date;
    readonly labels: Readonly<Record<string, string>>;
    /** It was deleted, which ends its failure as a recovery does: its state is `active`. */
    readonly deleted?: true;
  }[];
  /** The alerts that it stands for. */
  readonly alertIds?: readonly string[];
}

/**
 * What a program extends to tell people. A promise that is fulfilled says that the alert was delivered; whatever is
 * thrown, that it was not, and it is tried again unless it says `permanent`.
 *
 * A module that a configuration names as a kind of channel is handed the body of a webhook instead: in TypeScript it
 * extends `BaseNotifier<AlertMessage>`.
 */
export abstract class BaseNotifier<Alert = AlertNotification> extends AnyNotifier<Alert> {}

/** What a program is handed of a message. It is a copy: what is done to it changes nothing here. */
export function notificationOf(message: AlertMessage): AlertNotification {
  const { id, type, at_ms: at, blind_seconds: blind, message: text, reason, reminder, alert_ids } = message;
  const { node, count, sample, nodes } = message;
  return {
    id,
    type,
    at: new Date(at),
    ...(node !== undefined && {
      node: {
        name: node.name,
        state: node.state,
        retries: node.retries,
        lastHeartbeat: node.last_heartbeat === null ? undefined : dateOf(node.last_heartbeat),
        labels: { ...node.labels },
      },
    }),
    blind,
    message: text,
    ...(reason !== undefined && { reason }),
    ...(reminder !== undefined && { reminder }),
    ...(count !== undefined && { mass: { count, sample: [...(sample ?? [])] } }),
    ...(nodes !== undefined && {
      nodes: nodes.map((each) => ({ ...each, at: dateOf(each.at), labels: { ...each.labels } })),
    }),
    ...(alert_ids !== undefined && { alertIds: [...alert_ids] }),
  };
}

/** The message that a notification stands for, as the daemon's own kinds of channels take it. */
export function messageOf(notification: AlertNotification): AlertMessage {
  const { id, type, at, node, blind, message, reason, reminder, mass, nodes, alertIds } = notification;
  return {
    id,
    type,
    at: secondsOf(at),
    at_ms: at.getTime(),
    ...(node !== undefined && {
      node: {
        name: node.name,
        state: node.state,
        retries: node.retries,
        last_heartbeat: node.lastHeartbeat === undefined ? null : secondsOf(node.lastHeartbeat),
        labels: node.labels,
      },
    }),
    blind_seconds: blind,
    message,
    ...(reason !== undefined && { reason }),
    ...(reminder !== undefined && { reminder }),
    ...(mass !== undefined && { count: mass.count, sample: mass.sample }),
    ...(nodes !== undefined && { nodes: nodes.map((each) => ({ ...each, at: secondsOf(each.at) })) }),
    ...(alertIds !== undefined && { alert_ids: alertIds }),
  };
}

function dateOf(seconds: number): Date {
  return new Date(seconds * 1000);
}

function secondsOf(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}
