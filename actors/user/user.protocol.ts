import type { EndedSession } from '../../src/domain/session.js';
import type { ShardIndex } from '../../src/domain/shard.js';
import type { DeviceHeal } from '../../src/domain/device.js';
import type { Instant } from '../../src/domain/time.js';
import type { UserId } from '../../src/domain/user-id.js';
import type { EntityRequest, Refusal } from '../shards/pending-request.js';

/**
 * A request about a user. Plain data: it crosses the seam between the gateway and the shards. A heal is of a device, and
 * so is a goodbye that names one; any other goodbye is of all devices.
 */
export interface UserRequest extends EntityRequest, DeviceHeal {
  readonly kind: 'heal' | 'goodbye' | 'checkup' | 'describe' | 'erase';
}

/** Whether a request changes nothing. */
export function isReading(kind: UserRequest['kind']): boolean {
  return kind === 'checkup' || kind === 'describe';
}

/** A user in a batch of heals, with the device that heals. */
export interface UserDevice extends DeviceHeal {
  readonly user: UserId;
}

/** The same request about several users. */
export interface UserCommand extends UserRequest {
  readonly users: readonly (UserId | UserDevice)[];
}

/** A device that keeps its user online. */
export interface LiveDevice {
  /** Undefined for the device without a name. */
  readonly name: string | undefined;
  readonly since: Instant;
  readonly lastSeen: Instant;
  readonly deadline: Instant;
  /** A JSON object as text. */
  readonly meta: string | undefined;
}

/** The current session. */
export interface LiveSession {
  readonly onlineAt: Instant;
  readonly lastSeen: Instant;
  /** When it ends unless the user heals again. */
  readonly deadline: Instant;
  /** Those heard since the daemon started. */
  readonly devices: readonly LiveDevice[];
}

export type UserReply =
  | { readonly kind: 'online' }
  | { readonly kind: 'offline' }
  | { readonly kind: 'erased' }
  | {
      readonly kind: 'described';
      readonly session: LiveSession | undefined;
      /** A session whose deadline has passed, but whose end has not been noticed and stored yet. */
      readonly ended?: EndedSession;
    }
  | Refusal;

/** A change of a user, once a checkup shows it. */
export type UserChange =
  | { readonly kind: 'online' | 'updated'; readonly user: UserId; readonly session: LiveSession }
  | { readonly kind: 'offline'; readonly user: UserId; readonly ended: EndedSession | undefined }
  /** Nothing of the user's past may be shown any more. */
  | {
      readonly kind: 'erased';
      readonly user: UserId;
      readonly wasOnline: boolean;
      /** When it was asked for: what came after it is not before it. */
      readonly at: Instant;
    };

/** The seam. A shard may be anywhere, so its replies may come later, all those to one command together. */
export interface UserShards {
  readonly count: number;

  ask(shard: ShardIndex, user: UserId, request: UserRequest, answered: (reply: UserReply) => void): void;

  /** @param answered gets one reply for each user, in the command's order */
  send(shard: ShardIndex, command: UserCommand, answered: (replies: readonly UserReply[]) => void): void;
}
