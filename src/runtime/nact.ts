/**
 * The only module that imports nact. It takes nact's concrete actor objects, which the package does not export: sending
 * by reference walks the whole path for every message, and an old reference reaches whichever actor has the name now.
 * See decision 1.
 */
import * as nact from 'nact';

/** The part of nact's actor that is used here. */
export interface NactActor {
  readonly state: unknown;
  get children(): ReadonlyMap<string, NactActor>;
  dispatch(message: unknown, sender: unknown): void;
  stop(): void;
}

/** A parent never gets a message: nact copies its children for each one. */
export interface NactParent {
  readonly reference: object;
  readonly path: { readonly parts: readonly string[] };
  readonly children: Map<string, NactActor>;
  readonly system: { readonly stopped: boolean };
}

export function startSystem(name: string): NactParent & { stop(): void } {
  let system: (NactParent & { stop(): void }) | undefined;
  // nact's types do not allow a name, and its extension is the only access to the concrete system.
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
 * Spawns an actor that is only a parent and never gets a message.
 *
 * @throws Error if the name is taken or refused by nact; nothing is spawned then
 */
export function spawnPlace(parent: NactParent, name: string): NactParent {
  // Without a name, nact makes one up.
  if (name === '') throw new TypeError('an actor needs a name');
  const spawn = nact.spawn as unknown as (parent: object, receive: () => void, name: string) => void;
  spawn(parent.reference, () => undefined, name);
  const place = parent.children.get(name) as unknown as NactParent & { childReferences: unknown };
  place.childReferences = NO_REFERENCES;
  return place;
}

/** nact keeps a second map of children for the contexts of messages. Nothing here reads it. */
class NoReferences extends Map<string, unknown> {
  override set(): this {
    return this;
  }
}

const NO_REFERENCES = new NoReferences();
