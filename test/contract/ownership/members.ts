import { expect } from 'chai';
import type { Clock } from '../../../src/ports/clock.js';
import type { Coordination } from '../../../src/ports/coordination.js';
import { Severable } from '../../support/cluster/severable.js';
import { TestMember, type TestMemberOptions } from '../../support/cluster/test-member.js';
import type { Subject } from './subject.js';

const LEASE_ENDED = 'the lease of this process has ended: it owns nothing';

class SeverableMember extends TestMember {
  readonly #link: Severable;

  constructor(options: TestMemberOptions) {
    const link = new Severable(options.coordination);
    super({ ...options, coordination: link });
    this.#link = link;
  }

  cut(isCut: boolean): void {
    this.#link.isCut = isCut;
  }
}

/** Members that share a service and a clock. None may get a partition for which another one still answers. */
export class Members {
  readonly partitions = Array.from({ length: 7 }, (_, index) => `users-${String(index)}`);
  readonly #problems: string[] = [];
  readonly #all: SeverableMember[] = [];
  readonly #epochs = new Map<string, number>();
  readonly #clock: Pick<Clock, 'now' | 'after'>;

  constructor(clock: Pick<Clock, 'now' | 'after'>) {
    this.#clock = clock;
  }

  make(name: string, coordination: Coordination): SeverableMember {
    const gained = (partition: string, epoch: number): void => {
      for (const other of this.#all)
        if (other !== member && other.answersFor(partition))
          this.#problems.push(`${other.name} still answers for ${partition}, which ${name} takes over`);
      const last = this.#epochs.get(partition) ?? 0;
      if (epoch < last) this.#problems.push(`${partition} has the epoch ${epoch} after ${last}`);
      this.#epochs.set(partition, epoch);
    };
    const { partitions } = this;
    const member: SeverableMember = new SeverableMember({
      name,
      partitions,
      clock: this.#clock,
      gained,
      coordination,
    });
    this.#all.push(member);
    return member;
  }

  async dispose(): Promise<void> {
    for (const member of this.#all) member.cut(false);
    await Promise.all(this.#all.map((member) => member.ownership.leave(0)));
    expect(this.#problems).to.deep.equal([]);
  }
}

/** Each partition is answered for by exactly one of these members, and their shares are equal. */
export function expectShared({ partitions }: Pick<Subject, 'partitions'>, ...members: TestMember[]): void {
  const share = partitions.length / members.length;
  for (const { name, answering } of members)
    expect(answering.size, `partitions of ${name}`).to.be.within(Math.floor(share), Math.ceil(share));
  expect(members.flatMap(({ answering }) => [...answering]).sort()).to.deep.equal([...partitions].sort());
}

/** On a busy machine, a real lease may end because its process was not heard in time. Then it says so. */
export function expectNoLoss({ isExact }: Pick<Subject, 'isExact'>, ...members: TestMember[]): void {
  for (const { name, losses, logger } of members)
    if (isExact || !logger.events().includes(LEASE_ENDED)) expect(losses, `losses of ${name}`).to.equal(0);
}
