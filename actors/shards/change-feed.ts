type Listener<Change> = (change: Change) => void;

/** Where actors report what has changed. While nobody listens, that costs them a look at one field. */
export interface ChangeFeed<Change> {
  /** Called by an actor in its own turn, so it must not throw. */
  listener: Listener<Change> | undefined;
  /** Those that it calls, in the order in which they were added. */
  readonly listeners: Set<Listener<Change>>;
}

export function changeFeed<Change>(): ChangeFeed<Change> {
  return { listener: undefined, listeners: new Set() };
}

/** Adds a listener to those that are there. @returns removes it */
export function listen<Change>(feed: ChangeFeed<Change>, listener: Listener<Change>): () => void {
  feed.listeners.add(listener);
  callAll(feed);
  return () => {
    feed.listeners.delete(listener);
    callAll(feed);
  };
}

function callAll<Change>(feed: ChangeFeed<Change>): void {
  const [only, ...others] = feed.listeners;
  feed.listener =
    others.length === 0
      ? only
      : (change) => {
          for (const listener of feed.listeners) listener(change);
        };
}
