/**
 * The one module that imports nact. It reaches for nact's own actor objects, which the package does not export:
 * a dispatch by reference walks the whole path for every message, and an old reference reaches whoever has the
 * name now.
 */
import * as nact from 'nact';

/** nact's actor, as far as this house uses it. */
export interface NactActor {
  readonly state: unknown;
  get children(): ReadonlyMap<string, NactActor>;
  dispatch(message: unknown, sender: unknown): void;
  stop(): void;
}

/** A parent is only spawned under: nact copies its children for every message it gets. */
export interface NactParent {
  readonly reference: object;
  readonly path: { readonly parts: readonly string[] };
  readonly children: Map<string, NactActor>;
  readonly system: { readonly stopped: boolean };
}

export function startSystem(name: string): NactParent & { stop(): void } {
  let system: (NactParent & { stop(): void }) | undefined;
  // The types forbid a name, and the extension is where the concrete system can be had.
  const start = nact.start as unknown as (
    options: { name: string },
    extension: (concrete: NactParent & { stop(): void }) => void,
  ) => void;
  start({ name }, (concrete) => {
    system = concrete;
  });
  if (system === undefined) throw new TypeError('nact did not hand over its system');
  return system;
}

/**
 * Spawns an actor that is a parent and nothing else: it is told nothing.
 *
 * @throws Error when the name is taken, or holds what nact refuses; nothing is spawned then
 */
export function spawnPlace(parent: NactParent, name: string): NactParent {
  // nact would make a name up.
  if (name === '') throw new TypeError('an actor needs a name');
  const spawn = nact.spawn as unknown as (parent: object, receive: () => void, name: string) => void;
  spawn(parent.reference, () => undefined, name);
  const place = parent.children.get(name) as unknown as NactParent & { childReferences: unknown };
  place.childReferences = NO_REFERENCES;
  return place;
}

/** nact keeps a second map of the children for its messages' contexts, which nobody reads here. */
class NoReferences extends Map<string, unknown> {
  override set(): this {
    return this;
  }
}

const NO_REFERENCES = new NoReferences();
