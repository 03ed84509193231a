import type { Environment } from './environment.js';

type Listener<Arguments extends readonly unknown[]> = (...given: Arguments) => void;

/** Listeners by the name of what they listen to. What they throw is reported, and affects nobody else. */
export interface Emitter<Events extends Record<keyof Events, readonly unknown[]>> {
  /** @returns stops listening */
  readonly on: <Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>) => () => void;
  readonly emit: <Name extends keyof Events>(name: Name, ...given: Events[Name]) => void;
}

export function createEmitter<Events extends Record<keyof Events, readonly unknown[]>>(
  env: Pick<Environment, 'report'>,
): Emitter<Events> {
  const all: { [Name in keyof Events]?: Set<Listener<Events[Name]>> } = {};
  return {
    on(name, listener) {
      const listeners = (all[name] ??= new Set());
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    emit(name, ...given) {
      for (const listener of [...(all[name] ?? [])]) {
        try {
          listener(...given);
        } catch (error) {
          env.report(error);
        }
      }
    },
  };
}
