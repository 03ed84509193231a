import type { NodeFlip } from '../../../actors/node/node.protocol.js';
import type { AlertChange } from '../../../actors/notifier/notifier.protocol.js';
import type { AlertRecord, Delivery } from '../../domain/alert.js';
import type { BlindInterval } from '../../domain/blindness.js';
import type { NodeName } from '../../domain/node-name.js';
import type { EventType } from '../../domain/event-types.js';
import type { Instant } from '../../domain/time.js';
import type { UserId } from '../../domain/user-id.js';
import type { UserFacts } from '../../views/user-view.js';

interface Numbered {
  /** Counts all changes of a run, from 1. */
  readonly number: number;
  readonly type: EventType;
}

export interface UserEvent extends Numbered {
  readonly about: 'user';
  readonly at: Instant;
  readonly user: UserId;
  facts: UserFacts;
  /** The user was erased since: nobody gets the event any more. */
  isErased?: true;
}

export interface NodeEvent extends Numbered, NodeFlip {
  readonly about: 'node';
  /** Its dependencies that have failed, in its order. */
  readonly causes: readonly NodeName[];
}

export interface AlertEvent extends Numbered {
  readonly about: 'alert';
  readonly at: Instant;
  readonly record: AlertRecord;
  /** The channel on which its delivery has ended. */
  readonly channel: string | undefined;
}

interface BlindEvent extends Numbered {
  readonly about: 'daemon';
  readonly interval: BlindInterval;
}

/** A change, before it is decided who hears of it. */
export type ChangeEvent = UserEvent | NodeEvent | AlertEvent | BlindEvent;

/** The ends of a delivery. */
const ENDS: Readonly<Partial<Record<Delivery['state'], EventType>>> = {
  delivered: 'alert.delivered',
  dead: 'alert.dead',
  cancelled: 'alert.cancelled',
  folded: 'alert.folded',
};

/** An alert was raised, or its deliveries have ended. */
export function alertEventsIn({
  before,
  record,
}: AlertChange): readonly Pick<AlertEvent, 'type' | 'channel'>[] {
  const raised = { type: 'alert.raised', channel: undefined } as const;
  const ends = record.deliveries.flatMap(({ channel, state }) => {
    const type = ENDS[state];
    const earlier = before?.deliveries.find((delivery) => delivery.channel === channel);
    return type === undefined || earlier?.state === state ? [] : [{ type, channel }];
  });
  return before === undefined ? [raised, ...ends] : ends;
}

/** Whether no state tells of it. */
export function hasNoState({ about }: ChangeEvent): boolean {
  return about === 'alert' || about === 'daemon';
}
