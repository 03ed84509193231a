import type { DescribedNode } from '../../../actors/node/node.protocol.js';
import { hasLabels, labelsOf, type Label } from '../../domain/label.js';
import { compiled, parseMatcher, type Labelled, type Matcher } from '../../domain/matcher.js';
import type { Silence } from '../../domain/silence.js';
import type { StatusGroup } from '../../domain/status-page.js';
import type { GroupState } from './status-facts.js';

type Counting = 'failed' | 'inactive' | 'active' | 'maintenance' | 'paused';

/** What one look at all nodes says about a group. */
export interface GroupLook {
  readonly state: GroupState;
  /** The maintenance windows that concern one of its nodes. */
  readonly windows: ReadonlySet<Silence>;
}

interface Counted {
  readonly group: StatusGroup;
  readonly labels: readonly Label[];
  readonly counts: Record<Counting, number>;
  readonly windows: Set<Silence>;
}

/** Counts the nodes of groups. */
export class GroupTally {
  readonly #all: readonly Counted[];
  /** By key and value of the first label of each: there may be thousands, and a node is in few of them. */
  readonly #byLabel = new Map<string, Map<string, Counted[]>>();
  readonly #windows: readonly { readonly window: Silence; readonly fits: (node: Labelled) => boolean }[];

  constructor(groups: readonly StatusGroup[], windows: readonly Silence[]) {
    this.#all = groups.map((group) => ({
      group,
      labels: labelsOf(group.labels),
      counts: { failed: 0, inactive: 0, active: 0, maintenance: 0, paused: 0 },
      windows: new Set(),
    }));
    for (const counted of this.#all) {
      const [{ key, value } = { key: '', value: '' }] = counted.labels;
      const byValue = this.#byLabel.get(key) ?? new Map<string, Counted[]>();
      this.#byLabel.set(key, byValue.set(value, [...(byValue.get(value) ?? []), counted]));
    }
    this.#windows = windows.map((window) => ({ window, fits: fitsOf(window) }));
  }

  /** @param isInMaintenance whether a maintenance window is active for it */
  add(node: DescribedNode, isInMaintenance: (node: DescribedNode) => boolean): void {
    const groups = Object.entries(node.labels).flatMap(
      ([key, value]) =>
        this.#byLabel
          .get(key)
          ?.get(value)
          ?.filter(({ labels }) => hasLabels(node.labels, labels)) ?? [],
    );
    if (groups.length === 0) return;
    const counting: Counting =
      node.pausedAt !== undefined ? 'paused' : isInMaintenance(node) ? 'maintenance' : node.state;
    const fitting = this.#windows.filter(({ fits }) => fits(node));
    for (const { counts, windows } of groups) {
      counts[counting]++;
      for (const { window } of fitting) windows.add(window);
    }
  }

  looks(): ReadonlyMap<StatusGroup, GroupLook> {
    return new Map(
      this.#all.map(({ group, counts, windows }) => [group, { state: stateOf(counts), windows }]),
    );
  }
}

function stateOf({
  failed,
  inactive,
  active,
  maintenance,
  paused,
}: Readonly<Record<Counting, number>>): GroupState {
  const running = failed + inactive + active;
  if (failed > 0) return failed === running ? 'down' : 'partly';
  if (inactive > 0) return 'checking';
  if (maintenance > 0) return 'maintenance';
  if (active > 0) return 'up';
  return paused > 0 ? 'unwatched' : 'unknown';
}

function fitsOf({ matchers }: Silence): (node: Labelled) => boolean {
  const read = matchers.map(parseMatcher);
  return read.every((each): each is Matcher => !('problem' in each)) ? compiled(read) : () => false;
}
