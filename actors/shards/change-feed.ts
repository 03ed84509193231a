/** Where actors report what has changed. While nobody listens, that costs them a look at one field. */
export interface ChangeFeed<Change> {
  /** Called by an actor in its own turn, so it must not throw. */
  listener: ((change: Change) => void) | undefined;
}

export function changeFeed<Change>(): ChangeFeed<Change> {
  return { listener: undefined };
}

/** Adds a listener to those that are there. */
export function listen<Change>(feed: ChangeFeed<Change>, listener: (change: Change) => void): void {
  const { listener: before } = feed;
  feed.listener =
    before === undefined
      ? listener
      : (change) => {
          before(change);
          listener(change);
        };
}
