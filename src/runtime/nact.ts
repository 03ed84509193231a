/**
 * The one module that imports nact. It reaches for nact's own actor objects, which the package does not export:
 * a dispatch by reference walks the whole path for every message, and an old reference reaches whoever has the
 * name now.
 */
import * as nact from 'nact';

/** nact's actor, as far as this house uses it. */
export interface NactActor<State> {
  readonly state: State;
  readonly busy: boolean;
  readonly reference: Reference;
  readonly path: { parts: readonly string[] };
  children: Map<string, NactActor<unknown>>;
  childReferences: unknown;
  mailbox: Mailbox;
  /** What will run the message that is handled next. */
  immediate: unknown;
  dispatch(message: unknown, sender: unknown): void;
  stop(): void;
}

/** nact's own type for it is empty. */
interface Reference {
  system: object;
}

interface Mailbox {
  push(entry: { message: unknown }): unknown;
  shift(): unknown;
  toArray(): { message: unknown }[];
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
const nobody: unknown = new nact.Nobody();

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

function spawnNact<State>(
  parent: NactParent,
  name: string,
  state: State,
  behaviour: NactBehaviour<State>,
): NactActor<State> {
  // nact would make a name up.
  if (name === '') throw new TypeError('an actor needs a name');
  const options = optionsOf(behaviour);
  const spawn = nact.spawn as unknown as (
    parent: Reference,
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

/**
 * Spawns an actor that is a parent and nothing else: it is told nothing.
 *
 * @throws Error when the name is taken, or holds what nact refuses; nothing is spawned then
 */
export function spawnPlace(parent: NactParent, name: string): NactParent {
  const actor = spawnNact(parent, name, undefined, silent);
  actor.childReferences = NO_REFERENCES;
  return actor;
}

const silent: NactBehaviour<undefined> = {
  receive: () => undefined,
  crashed: () => undefined,
  stopped: () => undefined,
};

/**
 * Spawns an actor that is never a parent, at less than half of nact's memory: nact gives each actor two maps for its
 * children and a queue, and copies one of the maps for every message.
 *
 * @throws Error when the name is taken, or holds what nact refuses; nothing is spawned then
 */
export function spawnLeaf<State>(
  parent: NactParent,
  name: string,
  state: State,
  behaviour: NactBehaviour<State>,
): NactActor<State> {
  const actor = spawnNact(parent, name, state, behaviour);
  Queue ??= actor.mailbox.constructor as new () => Mailbox;
  actor.mailbox = NO_MAIL;
  actor.children = NO_CHILDREN;
  actor.childReferences = undefined;
  actor.reference.system = parent.reference.system;
  // nact builds it by spreading, which leaves room for a dozen more.
  actor.path.parts = actor.path.parts.slice();
  return actor;
}

/** The only way to tell a leaf something: it gets its queue here, once it needs one. */
export function dispatch(leaf: NactActor<unknown>, message: unknown): void {
  if (leaf.busy && leaf.mailbox === NO_MAIL && Queue !== undefined) leaf.mailbox = new Queue();
  leaf.dispatch(message, nobody);
}

/** To be called by whoever handles a message: nact would keep the `Immediate` that ran it until the next one. */
export function letGoOfImmediate(actor: NactActor<unknown>): void {
  actor.immediate = undefined;
}

/** nact's own. */
let Queue: (new () => Mailbox) | undefined;

const NO_MAIL: Mailbox = {
  push: () => {
    throw new TypeError('a leaf is told things through `dispatch`');
  },
  shift: () => undefined,
  toArray: () => [],
};

/** nact keeps a second map of the children for its messages' contexts, which nobody reads here. */
class NoReferences extends Map<string, unknown> {
  override set(): this {
    return this;
  }
}

const NO_REFERENCES = new NoReferences();

class NoChildren extends Map<string, NactActor<unknown>> {
  /** The first that nact asks of a parent. */
  override has(name: string): never {
    throw new TypeError(`'${name}' was to be spawned under a leaf`);
  }
}

const NO_CHILDREN = new NoChildren();
