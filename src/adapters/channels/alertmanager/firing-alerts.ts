import { moment, type Millis, type Moment } from '../../../domain/time.js';
import type { PostedAlert, SentAlert } from './alerts.js';

/** Alertmanager's documentation asks to repeat resolved alerts for this long. */
const RESOLVED_FOR: Millis = 300_000;

interface Known {
  readonly alert: PostedAlert;
  /** How long its end must be repeated; undefined while it fires. */
  readonly until: Moment | undefined;
}

/** The alerts that Alertmanager must be sent repeatedly. */
export class FiringAlerts {
  /** By their labels, which identify them there. */
  readonly #alerts = new Map<string, Known>();
  /** The firing alert of each node. */
  readonly #firing = new Map<string, string>();

  get isEmpty(): boolean {
    return this.#alerts.size === 0;
  }

  /** @param wall when it was sent, in Alertmanager's form */
  sent(sent: SentAlert, now: Moment, wall: string): void {
    const { node, isFiring, alert } = sent;
    if (node === undefined) return;
    for (const ended of this.supersededBy(sent, wall)) this.#end(ended, now);
    if (!isFiring) {
      this.#firing.delete(node);
      this.#end(alert, now);
      return;
    }
    const identity = identityOf(alert);
    this.#firing.set(node, identity);
    this.#alerts.set(identity, { alert, until: undefined });
  }

  /** If the labels of a node have changed, the alert under the old ones ends. */
  supersededBy({ node, alert }: SentAlert, wall: string): readonly PostedAlert[] {
    const firing = this.#firingOf(node);
    if (firing === undefined || identityOf(firing) === identityOf(alert)) return [];
    return [{ ...firing, endsAt: wall }];
  }

  /** The node is still failed. @returns whether that must be sent */
  stillFailed(failure: SentAlert, now: Moment, wall: string): boolean {
    const firing = this.#firingOf(failure.node);
    if (firing === undefined || identityOf(firing) !== identityOf(failure.alert)) {
      this.sent(failure, now, wall);
      return true;
    }
    const { generatorURL: url } = failure.alert;
    if (firing.generatorURL === url) return false;
    // The address of the daemon has changed. What the alert says stays.
    const { generatorURL: _, ...rest } = firing;
    this.sent({ ...failure, alert: { ...rest, ...(url !== undefined && { generatorURL: url }) } }, now, wall);
    return true;
  }

  /** The node was deleted. @returns whether that must be sent */
  gone(node: string, now: Moment, wall: string): boolean {
    const firing = this.#firingOf(node);
    if (firing === undefined) return false;
    this.#firing.delete(node);
    this.#end({ ...firing, endsAt: wall }, now);
    return true;
  }

  /** @param firingUntil when a firing alert ends unless it is repeated */
  all(now: Moment, firingUntil: string): readonly PostedAlert[] {
    for (const [identity, { until = Infinity }] of this.#alerts)
      if (until <= now) this.#alerts.delete(identity);
    return [...this.#alerts.values()].map(({ alert, until }) =>
      until === undefined ? { ...alert, endsAt: firingUntil } : alert,
    );
  }

  #firingOf(node: string | undefined): PostedAlert | undefined {
    const identity = node === undefined ? undefined : this.#firing.get(node);
    return identity === undefined ? undefined : this.#alerts.get(identity)?.alert;
  }

  #end(alert: PostedAlert, now: Moment): void {
    this.#alerts.set(identityOf(alert), { alert, until: moment(now + RESOLVED_FOR) });
  }
}

function identityOf({ labels }: PostedAlert): string {
  return JSON.stringify(Object.entries(labels).sort(([one], [other]) => (one < other ? -1 : 1)));
}
