import type { decide as decideNode } from '../../actors/node/node.machine.js';
import type { decide } from '../../actors/user/user.machine.js';
import type { AppPorts } from '../../src/app.js';
import type { Moment } from '../../src/domain/time.js';
import type { HistoryRecord } from '../../src/ports/history-record.js';
import type { HistoryStore } from '../../src/ports/history-store.js';
import type { Daemon } from './machine/daemon.js';
import type { FaultKind } from './world/faults.js';
import type { Settings } from './world/settings.js';

/** A fault planted in the daemon, to prove that the simulator finds it. */
export interface Plant {
  readonly name: string;
  /** What it breaks, in plain English. */
  readonly breaks: string;
  /** The kinds of fault that reveal it. If absent, each seed chooses. */
  readonly faults?: readonly FaultKind[];
  /** The settings that reveal it. If absent, each seed chooses. */
  readonly settings?: Partial<Settings>;
  /** Wraps a port of the daemon. */
  readonly ports?: (ports: AppPorts, daemon: Daemon) => AppPorts;
  /** Replaces a method. @returns what undoes that */
  readonly install?: () => () => void;
}

/** Decides about users by other rules. */
export function userRules(rules: typeof decide): NonNullable<Plant['ports']> {
  return (ports) => ({ ...ports, decideUser: rules });
}

/** Decides about nodes by other rules. */
export function nodeRules(rules: typeof decideNode): NonNullable<Plant['ports']> {
  return (ports) => ({ ...ports, decideNode: rules });
}

type WrapPorts = NonNullable<Plant['ports']>;

/** Changes the batches on their way to the store. */
export function written(change: (records: readonly HistoryRecord[]) => readonly HistoryRecord[]): WrapPorts {
  return withStores((store) => storeWith(store, (batch) => store.write(change(batch))));
}

/** Changes the store of each partition. */
export function withStores(change: (store: HistoryStore, ports: AppPorts) => HistoryStore): WrapPorts {
  return (ports) => ({ ...ports, storeOf: (partition) => change(ports.storeOf(partition), ports) });
}

export function storeWith(store: HistoryStore, write: HistoryStore['write']): HistoryStore {
  return new Proxy(store, {
    get: (target, name) => {
      if (name === 'write') return write;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function'
        ? (...args: unknown[]) => Reflect.apply(value, target, args) as unknown
        : value;
    },
  });
}

/** Drops every record of a kind. */
export function losing(...kinds: readonly HistoryRecord['kind'][]): WrapPorts {
  return written((records) => records.filter(({ kind }) => !kinds.includes(kind)));
}

/** Changes a message's times or kind. */
export function timed<Message extends object>(
  message: Message,
  times: Readonly<Record<string, Moment | string>>,
): Message {
  const changed: Message = Object.create(message) as Message;
  for (const [name, value] of Object.entries(times)) Object.defineProperty(changed, name, { value });
  return changed;
}
