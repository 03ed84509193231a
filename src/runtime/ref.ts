/** The result of a `tell`. A message that was not queued still belongs to its sender. */
export type Delivery = 'queued' | 'full' | 'stopped';

/** The address of an actor. It stays valid while the actor is restarted, and never reaches another one. */
export interface ActorRef<in Message> {
  readonly path: string;
  /** Messages that are not handled yet. */
  readonly waiting: number;
  /** A property, not a method: with a method, a ref would accept messages of any type. */
  readonly tell: (message: Message) => Delivery;
}
