/** Where actors report what has changed. While nobody listens, that costs them a look at one field. */
export interface ChangeFeed<Change> {
  /** Called by an actor in its own turn, so it must not throw. */
  listener: ((change: Change) => void) | undefined;
}

export function changeFeed<Change>(): ChangeFeed<Change> {
  return { listener: undefined };
}
