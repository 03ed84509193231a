import type { NodeState } from '../domain/node.js';
import { BaseNotifier as AnyNotifier, type AlertMessage } from '../ports/channel.js';
import type { Seconds } from '../domain/time.js';

/** An alert as a program's notifiers get it. Instants are `Date`s, durations are seconds. */
export interface AlertNotification {
  /** The same in every attempt, so that a receiver can drop repeats. */
  readonly id: string;
  readonly type: AlertMessage['type'];
  readonly at: Date;
  /** Absent if the alert is not about a single node. */
  readonly node?: {
    readonly name: string;
    readonly state: NodeState;
    readonly retries: number;
    readonly lastHeartbeat: Date | undefined;
    readonly labels: Readonly<Record<string, string>>;
  };
  /** How long of the silence the instance was blind. */
  readonly blind: Seconds;
  /** A plain sentence for people. */
  readonly message: string;
  /** Why it failed, where that is known: what the node reported, or its probe found. */
  readonly reason?: string;
  /** Of a reminder that a node is still failed: its number, from 1. `at` is when the node failed. */
  readonly reminder?: number;
  /** Of a mass failure: the number of failed nodes, and some of their names. */
  readonly mass?: { readonly count: number; readonly sample: readonly string[] };
  /** Of a group: all of its nodes. */
  readonly nodes?: readonly {
    readonly name: string;
    readonly state: NodeState;
    readonly at: Date;
    readonly labels: Readonly<Record<string, string>>;
    /** The node was deleted, which ends its failure like a recovery. Its state is `active`. */
    readonly deleted?: true;
    readonly links?: { readonly node: string };
  }[];
  /** The alerts that the group replaces. */
  readonly alertIds?: readonly string[];
  /** Where the node is shown, if `publicUrl` is set, of an alert about a single node. */
  readonly links?: { readonly node: string };
}

/**
 * The base class of a program's notifiers. If the promise is fulfilled, the alert was delivered. If it is rejected, the
 * attempt failed and is repeated, unless the error says `permanent`.
 *
 * A module that a configuration names as a kind of channel gets the body of a webhook instead: in TypeScript it extends
 * `BaseNotifier<AlertMessage>`.
 */
export abstract class BaseNotifier<Alert = AlertNotification> extends AnyNotifier<Alert> {}

/** Converts a message to a program's form. A copy: changing it has no effect here. */
export function notificationOf(message: AlertMessage): AlertNotification {
  const { id, type, at_ms: at, blind_seconds: blind, message: text, reason, reminder, alert_ids } = message;
  const { node, count, sample, nodes, links } = message;
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
    ...(links !== undefined && { links: { ...links } }),
  };
}

/** Converts a notification back to the message that the daemon's own channels take. */
export function messageOf(notification: AlertNotification): AlertMessage {
  const { id, type, at, node, blind, message, reason, reminder, mass, nodes, alertIds, links } = notification;
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
    ...(links !== undefined && { links }),
  };
}

function dateOf(seconds: number): Date {
  return new Date(seconds * 1000);
}

function secondsOf(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}
