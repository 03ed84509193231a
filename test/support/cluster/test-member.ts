import { LeasedOwnership } from '../../../src/adapters/ownership/leased-ownership.js';
import type { Millis } from '../../../src/domain/time.js';
import type { Clock } from '../../../src/ports/clock.js';
import type { Coordination } from '../../../src/ports/coordination.js';
import type { NameInUse, PartitionHost } from '../../../src/ports/ownership.js';
import { RecordingLogger } from '../recording-logger.js';

export interface TestMemberOptions {
  readonly name: string;
  readonly partitions: readonly string[];
  readonly coordination: Coordination;
  readonly clock: Pick<Clock, 'now' | 'after'>;
  /** How long a take-over takes, and a hand-over. */
  readonly takes?: Millis;
  /** Called when this member gets a partition, before it runs it. */
  readonly gained?: (partition: string, epoch: number) => void;
}

/** What has happened to a partition at a member. */
export interface Happening {
  readonly kind: 'take-over' | 'hand-over' | 'lost';
  readonly partition: string;
}

/** A member of a cluster whose partitions do nothing but come and go. */
export class TestMember implements PartitionHost {
  readonly name: string;
  readonly ownership: LeasedOwnership;
  readonly logger = new RecordingLogger();
  readonly happenings: Happening[] = [];
  /** The epoch of each partition of which anything runs here. */
  readonly running = new Map<string, number>();
  /** Those that are answered for. */
  readonly answering = new Set<string>();
  refusal: NameInUse | undefined;
  /** The most take-overs at once. */
  mostAtOnce = 0;
  /** Partitions whose take-over fails. */
  readonly failing = new Set<string>();
  readonly #options: TestMemberOptions;

  constructor(options: TestMemberOptions) {
    this.#options = options;
    this.name = options.name;
    this.ownership = new LeasedOwnership({
      ...options,
      advertise: `http://${options.name}:3520`,
      logger: this.logger,
      host: this,
      refused: (error) => (this.refusal = error),
    });
  }

  /** Whether it would answer for a partition now. */
  answersFor(partition: string): boolean {
    return this.running.has(partition) && this.#options.clock.now() < this.ownership.validUntil;
  }

  get holds(): boolean {
    return this.#options.clock.now() < this.ownership.validUntil;
  }

  async takeOver(partition: string, epoch: number): Promise<void> {
    this.#options.gained?.(partition, epoch);
    this.happenings.push({ kind: 'take-over', partition });
    this.running.set(partition, epoch);
    this.mostAtOnce = Math.max(this.mostAtOnce, this.running.size - this.answering.size);
    await this.#pass();
    if (this.running.get(partition) !== epoch) return;
    if (!this.failing.has(partition)) {
      this.answering.add(partition);
      return;
    }
    this.running.delete(partition);
    throw new Error('the store cannot be opened');
  }

  async handOver(partition: string): Promise<void> {
    this.happenings.push({ kind: 'hand-over', partition });
    await this.#pass();
    this.#end(partition);
  }

  lost(partition: string): void {
    this.happenings.push({ kind: 'lost', partition });
    this.#end(partition);
  }

  #end(partition: string): void {
    this.running.delete(partition);
    this.answering.delete(partition);
  }

  /** How many times it has lost a partition without having given it away. */
  get losses(): number {
    return this.happenings.filter(({ kind }) => kind === 'lost').length;
  }

  #pass(): Promise<void> {
    const { clock, takes = 10 } = this.#options;
    return new Promise((resolve) => clock.after(takes, resolve));
  }
}
