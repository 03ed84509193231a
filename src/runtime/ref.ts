/** What a `tell` came to. A message that was not queued is still its sender's. */
export type Delivery = 'queued' | 'full' | 'stopped';

/** Where an actor is told things. It stays good while the actor is restarted, and never reaches another one. */
export interface ActorRef<in Message> {
  readonly path: string;
  /** Messages told and not yet handled. */
  readonly waiting: number;
  /** A property and no method: methods would let a ref take messages of any type. */
  readonly tell: (message: Message) => Delivery;
}
