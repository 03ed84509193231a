import type { EndedSession } from '../../src/domain/session.js';
import type { ShardIndex } from '../../src/domain/shard.js';
import type { Instant } from '../../src/domain/time.js';
import type { UserId } from '../../src/domain/user-id.js';
import type { ErrorCode } from '../../src/errors.js';
import type { EntityRequest } from '../shards/pending-request.js';

/** What may be asked of a user. Plain data: it crosses the seam between the ways in and the shards. */
export interface UserRequest extends EntityRequest {
  readonly kind: 'heal' | 'goodbye' | 'checkup' | 'describe' | 'erase';
}

/** The same asked of several users at once. */
export interface UserCommand extends UserRequest {
  readonly users: readonly UserId[];
}

/** The session that is going on. */
export interface LiveSession {
  readonly onlineAt: Instant;
  readonly lastSeen: Instant;
  /** When it ends unless the user is healed again. */
  readonly deadline: Instant;
}

export type UserReply =
  | { readonly kind: 'online' }
  | { readonly kind: 'offline' }
  | { readonly kind: 'erased' }
  | {
      readonly kind: 'described';
      readonly session: LiveSession | undefined;
      /** A session whose deadline has passed, and whose end is not stored only because nobody noticed it yet. */
      readonly ended?: EndedSession;
    }
  | { readonly kind: 'refused'; readonly code: ErrorCode };

/** The seam. A shard may be anywhere, so its answers may come later, all those to one command together. */
export interface Shards {
  readonly count: number;

  ask(shard: ShardIndex, user: UserId, request: UserRequest, answered: (reply: UserReply) => void): void;

  /** @param answered gets one reply for each user, in their order */
  send(shard: ShardIndex, command: UserCommand, answered: (replies: readonly UserReply[]) => void): void;
}
