import { createRequire } from 'node:module';

/** A tree of actors, as nact registers it. */
interface Registered {
  readonly name: string;
}

interface Registry {
  add: (system: Registered) => void;
  remove: (name: string) => void;
}

/** Undocumented: nact registers every system of the process by its name, until that is stopped. */
const registry = createRequire(import.meta.url)('nact/lib/system-map.js') as Registry;

/**
 * Creates something that starts systems of actors.
 *
 * @returns it, and what removes its systems from the registry. A killed process stops nothing, and would stay in memory.
 */
export function registered<Made>(make: () => Made): { readonly made: Made; readonly remove: () => void } {
  const names: string[] = [];
  const { add } = registry;
  registry.add = (system) => {
    names.push(system.name);
    add(system);
  };
  try {
    return { made: make(), remove: () => names.forEach((name) => registry.remove(name)) };
  } finally {
    registry.add = add;
  }
}
