import { MemoryHistoryStore } from '../../../src/adapters/memory/memory-history-store.js';
import { HeartbeatError } from '../../../src/errors.js';
import type { HistoryStore } from '../../../src/ports/history-store.js';

/** The store of a partition, which several processes reach. */
interface Fenced {
  readonly memory: MemoryHistoryStore;
  /** How often it was opened. */
  epoch: number;
}

/** What a process that has opened it reads and writes. */
type Change = () => Promise<unknown>;

/** Everything that changes a store. */
const CHANGES = ['write', 'erase', 'prune', 'pruneNodes', 'pruneAlerts', 'prunePings', 'pruneBlind'] as const;

/** Stores of partitions that take changes of the process alone that has opened them last, as PostgreSQL does. */
export class FencedStores {
  readonly #all = new Map<string, Fenced>();
  /** Changes that came from a process that was not the last one, by the method. */
  readonly refused: string[] = [];
  #held: (() => void)[] | undefined;

  /**
   * A connection of one process.
   *
   * @param lost another process has opened it since
   */
  of(partition: string | undefined, lost: (partition: string) => void): HistoryStore {
    const id = String(partition);
    const fenced = this.#all.get(id) ?? { memory: new MemoryHistoryStore(), epoch: 0 };
    this.#all.set(id, fenced);
    return this.#connection(fenced, () => lost(id));
  }

  /** Changes wait until `release`. */
  hold(): void {
    this.#held ??= [];
  }

  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const go of held) go();
  }

  #connection(fenced: Fenced, lost: () => void): HistoryStore {
    const { memory } = fenced;
    let epoch = 0;
    const change = async (method: string, work: Change): Promise<unknown> => {
      if (this.#held !== undefined) await new Promise<void>((resolve) => this.#held?.push(resolve));
      if (epoch === fenced.epoch) return work();
      this.refused.push(method);
      lost();
      throw new HeartbeatError('HEARTBEAT_STORE_LOCKED', 'another process has opened it since');
    };
    const methods = new Map<string | symbol, unknown>([
      [
        'open',
        () => {
          epoch = ++fenced.epoch;
          return memory.open();
        },
      ],
      ['reopen', () => change('reopen', () => Promise.resolve())],
      ['close', () => Promise.resolve()],
    ]);
    for (const method of CHANGES)
      methods.set(method, (...args: unknown[]) =>
        change(method, () => Reflect.apply(memory[method], memory, args) as Promise<unknown>),
      );
    return new Proxy<HistoryStore>(memory, {
      get: (_, name) => {
        const found: unknown = methods.get(name) ?? Reflect.get(memory, name);
        return typeof found === 'function' ? (found.bind(memory) as unknown) : found;
      },
    });
  }
}
