import type { NodeName } from '../../../src/domain/node-name.js';
import { unixSeconds } from '../../../src/domain/time.js';
import type { OpenFailure } from '../../../src/ports/channel.js';
import type { OpenAlerts } from '../outbox/open-alerts.js';
import type { UnnotifiedChannels } from '../rules/unnotified-channels.js';
import type { FailedNodes } from '../rules/failed-nodes.js';
import { routesOf, type Route } from '../rules/routing.js';
import type { ChannelActor } from './channel.actor.js';

export interface ResenderDeps {
  readonly open: OpenAlerts;
  readonly failed: FailedNodes;
  readonly unnotified: UnnotifiedChannels;
  readonly channels: ReadonlyMap<string, Pick<ChannelActor, 'resend' | 'gone'>>;
}

interface Failure extends OpenFailure {
  readonly name: NodeName;
}

/** Resends failures that last to providers that forget, or are new. */
export class Resender {
  readonly #routes: readonly Route[];
  readonly #deps: ResenderDeps;

  /** @param routes they may change while the daemon runs */
  constructor(routes: readonly Route[], deps: ResenderDeps) {
    this.#routes = routes;
    this.#deps = deps;
  }

  /** Resends all failures. */
  all(): void {
    this.#resend(this.#deps.failed.all());
  }

  /** Something about a node has changed: resends its failure, or reports that it has none. */
  settled(name: NodeName): void {
    const { channels, failed } = this.#deps;
    const node = failed.get(name);
    if (node !== undefined) this.#resend([node]);
    else for (const channel of channels.values()) channel.gone(name);
  }

  #resend(nodes: ReturnType<FailedNodes['all']>): void {
    const { channels, unnotified } = this.#deps;
    for (const [channel, failures] of this.#byChannel(nodes)) {
      const isNotified = channels.get(channel)?.resend(failures) === true;
      for (const { name } of isNotified ? failures : []) unnotified.notified(name, [channel]);
    }
  }

  /** The failures that each channel has been notified of, without those that have something pending for it. */
  #byChannel(nodes: ReturnType<FailedNodes['all']>): ReadonlyMap<string, readonly Failure[]> {
    const { open } = this.#deps;
    const byChannel = new Map<string, Failure[]>();
    for (const { facts, since, isNotified } of nodes) {
      if (!isNotified) continue;
      for (const { name: channel } of routesOf(this.#routes, 'node.failed', facts)) {
        if (open.of(facts.name, channel).length > 0) continue;
        const failure = { name: facts.name, at: unixSeconds(since), labels: facts.labels };
        const others = byChannel.get(channel);
        if (others === undefined) byChannel.set(channel, [failure]);
        else others.push(failure);
      }
    }
    return byChannel;
  }
}
