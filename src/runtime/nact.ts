/**
 * The one module that imports nact. It reaches for nact's own actor objects, which the package does not export:
 * a dispatch by reference walks the whole path for every message, and an old reference reaches whoever has the
 * name now.
 */
import * as nact from 'nact';

/** nact's actor, as far as this house uses it. */
export interface NactActor<State> {
  readonly state: State;
  readonly stopped: boolean;
  readonly busy: boolean;
  readonly reference: nact.Ref<unknown>;
  readonly children: ReadonlyMap<string, NactActor<unknown>>;
  readonly mailbox: { toArray(): { message: unknown }[] };
  dispatch(message: unknown, sender: unknown): void;
  stop(): void;
}

/** A parent is only spawned under: nact copies its children for every message it gets. */
export type NactParent = Pick<NactActor<unknown>, 'reference' | 'children'>;

export interface NactBehaviour<State> {
  /** Handles one message; what it throws is a crash. */
  readonly receive: (state: State, message: unknown) => State;
  /** Called at once when `receive` has thrown; it must not throw. The actor is then stopped. */
  readonly crashed: (state: State, message: unknown, error: unknown) => void;
  /** Called once nact has let go of the actor; it must not throw. */
  readonly stopped: (state: State) => void;
}

interface Supervision {
  readonly stop: unknown;
}

/** Without a sender nact makes a new `Nobody` for every message. */
export const nobody: unknown = new nact.Nobody();

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

export function spawnNact<State>(
  parent: NactParent,
  name: string,
  state: State,
  behaviour: NactBehaviour<State>,
): NactActor<State> {
  const options = optionsOf(behaviour);
  const spawn = nact.spawn as unknown as (
    parent: nact.Ref<unknown>,
    receive: NactBehaviour<State>['receive'],
    name: string,
    options: object,
  ) => void;
  spawn(parent.reference, behaviour.receive, name, { ...options, initialState: state });
  return parent.children.get(name) as NactActor<State>;
}

const knownOptions = new WeakMap<object, object>();

/** One pair of functions for all the actors of a behaviour, and not one for each. */
function optionsOf<State>(behaviour: NactBehaviour<State>): object {
  const known = knownOptions.get(behaviour);
  if (known !== undefined) return known;
  const options = {
    onCrash(this: NactActor<State>, message: unknown, error: unknown, context: Supervision): unknown {
      behaviour.crashed(this.state, message, error);
      return context.stop;
    },
    afterStop: behaviour.stopped,
  };
  knownOptions.set(behaviour, options);
  return options;
}
