/** A message that made an actor throw. Whoever is told of the crash decides what becomes of it. */
export interface Crash<Message> {
  readonly error: Error;
  readonly message: Message;
}

/** What an actor does. Handling is synchronous: what takes time comes back as another message. */
export interface Actor<Message> {
  receive(message: Message): void;
  /** The actor threw and its nact actor is gone. Nothing is handled until the cell is restarted. */
  crashed(crash: Crash<Message>): void;
}
