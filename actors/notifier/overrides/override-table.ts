import type { OverrideId, RotaOverride } from '../../../src/domain/rota-override.js';
import type { Instant } from '../../../src/domain/time.js';

/** All overrides of rotas that are on disk. */
export class OverrideTable {
  readonly #all = new Map<OverrideId, RotaOverride>();

  get(id: OverrideId): RotaOverride | undefined {
    return this.#all.get(id);
  }

  put(override: RotaOverride): void {
    this.#all.set(override.id, override);
  }

  delete(id: OverrideId): void {
    this.#all.delete(id);
  }

  /** Oldest first. */
  all(): readonly RotaOverride[] {
    return [...this.#all.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** Those that hold at an instant, of any rota. */
  at(when: Instant): readonly RotaOverride[] {
    return [...this.#all.values()].filter(({ startsAt, endsAt }) => startsAt <= when && when < endsAt);
  }
}
