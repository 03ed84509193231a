import type { TestMember } from '../../support/cluster/test-member.js';

/** A member, and what a test may do to it. */
export interface MemberUnderTest extends TestMember {
  /** From now on it reaches the coordination service no more, or again. */
  cut(isCut: boolean): void;
}

/** A coordination service, and processes that form a cluster by it. */
export interface Subject {
  readonly partitions: readonly string[];
  /** Whether time is simulated, so that nothing is late unless the test says so. */
  readonly isExact: boolean;
  /** Makes a member, which has not joined. */
  member(name: string): MemberUnderTest;
  /** Waits until `look` no longer throws. */
  eventually(look: () => void): Promise<void>;
  /** The service gets another leader, while it serves. */
  changeLeader(): Promise<void>;
  /** The service stops, and comes back. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Somebody ends a member's lease. */
  endLease(name: string): Promise<void>;
  dispose(): Promise<void>;
}
