import type { Millis, Moment } from '../../../domain/time.js';
import type { PostedAlert, Told } from './alerts.js';

/** Alertmanager's document asks that what is resolved is sent again for so long. */
const RESOLVED_FOR: Millis = 300_000;

/** What Alertmanager has been told of nodes, and has to hear again. */
export class Standing {
  readonly #nodes = new Map<string, { readonly told: Told; readonly until: Millis }>();
  readonly #firingFor: Millis;

  /** @param firingFor for how long it has to hear again of what fires */
  constructor(firingFor: Millis) {
    this.#firingFor = firingFor;
  }

  get isEmpty(): boolean {
    return this.#nodes.size === 0;
  }

  told(told: Told, now: Moment): void {
    const until = now + (told.isFiring ? this.#firingFor : RESOLVED_FOR);
    if (told.node !== undefined) this.#nodes.set(told.node, { told, until });
  }

  /** The labels of a node may have changed since it was told of: what fires under the old ones ends. */
  supersededBy({ node, alert: { labels, startsAt } }: Told): readonly PostedAlert[] {
    const before = node === undefined ? undefined : this.#nodes.get(node)?.told;
    if (before?.isFiring !== true || isSame(before.alert.labels, labels)) return [];
    return [{ ...before.alert, endsAt: startsAt }];
  }

  all(now: Moment): readonly PostedAlert[] {
    for (const [node, { until }] of this.#nodes) if (until <= now) this.#nodes.delete(node);
    return [...this.#nodes.values()].map(({ told: { alert } }) => alert);
  }
}

function isSame(one: PostedAlert['labels'], other: PostedAlert['labels']): boolean {
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => one[key] === other[key]);
}
