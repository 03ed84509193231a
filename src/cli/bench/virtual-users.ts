import { randomBytes } from 'node:crypto';

import type { Pace } from '../../client/schedule/pace.js';
import { userIdFromBigInt, type UserId } from '../../domain/user-id.js';

/** When a virtual user heals again, as in the original Erlang bench: half of the gaps let a session of 7 s end. */
export const originalPace = {
  usualMs: 7_000,
  longShare: 0.5,
  longMs: [11_000, 12_000, 13_000, 14_000, 15_000],
} satisfies Pace;

/** The ids of the virtual users: consecutive 64-bit integers. */
export class UserRange {
  readonly #first: bigint;

  constructor(first: bigint) {
    this.#first = first;
  }

  /**
   * A range in the upper half of the 64-bit integers, which a number cannot represent exactly. It is random whatever the
   * seed, so that two benches against one daemon do not share users.
   */
  static random(): UserRange {
    const offset = BigInt.asUintN(61, randomBytes(8).readBigUInt64BE());
    return new UserRange(2n ** 62n + offset);
  }

  id(user: number): UserId {
    return userIdFromBigInt(this.#first + BigInt(user));
  }

  /** Consecutive users, to be healed together. */
  batch(from: number, count: number): readonly UserId[] {
    // The client makes a list that cannot change into JSON once.
    return Object.freeze(Array.from({ length: count }, (_, index) => this.id(from + index)));
  }

  /** The first `users` users in batches. The last batch may be smaller. */
  batches(users: number, size: number): (readonly UserId[])[] {
    return Array.from({ length: Math.ceil(users / size) }, (_, index) =>
      this.batch(index * size, Math.min(size, users - index * size)),
    );
  }
}
