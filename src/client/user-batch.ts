import { isInteger, type UserId } from '../domain/user-id.js';

/**
 * Users of one call, in the form in which they are sent. It is made once for users that are sent again and again, so
 * that a thousand of them cost no more to send than one.
 */
export class UserBatch {
  readonly size: number;
  /** A JSON array of numbers with all digits, and of strings. */
  readonly body: Buffer;

  constructor(users: readonly UserId[]) {
    this.size = users.length;
    this.body = Buffer.from(
      `[${users.map((user) => (isInteger(user) ? user : JSON.stringify(user))).join(',')}]`,
    );
  }

  static of(users: readonly UserId[] | UserBatch): UserBatch {
    return users instanceof UserBatch ? users : new UserBatch(users);
  }
}
