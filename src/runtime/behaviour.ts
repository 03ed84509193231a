/** A message that an actor threw over. It is in the hands of whoever is told of the crash. */
export interface Crash<Message> {
  readonly error: Error;
  readonly message: Message;
}

/** What an actor does. Handling is synchronous: what takes time comes back as another message. */
export interface Actor<Message> {
  receive(message: Message): void;
  /** The actor threw and its nact actor is gone; nothing is handled until somebody restarts the cell. */
  crashed(crash: Crash<Message>): void;
}
