import { LINK_ACTIONS, LINK_LIFE, type LinkAction } from '../../domain/action-link.js';
import { parseNodeName } from '../../domain/node-name.js';
import { instant } from '../../domain/time.js';
import type { AlertMessage, OpenFailure } from '../../ports/channel.js';
import type { Clock } from '../../ports/clock.js';
import type { LinkSigner } from '../../ports/link-signer.js';

/** Where people reach the daemon. */
export interface LinkOptions {
  /** Without a slash at the end. */
  readonly publicUrl: string;
  /** Undefined: no link acknowledges or silences. */
  readonly signer?: LinkSigner | undefined;
}

/** Puts links into the messages of one channel when they are sent, so that nothing signed is stored. */
export class MessageLinks {
  readonly #channel: string;
  readonly #options: LinkOptions;
  readonly #clock: Pick<Clock, 'wall'>;

  constructor(channel: string, options: LinkOptions, clock: Pick<Clock, 'wall'>) {
    this.#channel = channel;
    this.#options = options;
    this.#clock = clock;
  }

  /** A message about several nodes has a link to each, and none that acts. See decision 199. */
  inAlert(alert: AlertMessage): AlertMessage {
    const { type, node, nodes } = alert;
    if (nodes !== undefined)
      return { ...alert, nodes: nodes.map((each) => (each.deleted === true ? each : this.inFailure(each))) };
    if (node === undefined || type === 'node.deleted') return alert;
    const isFailure = type === 'node.failed' || type === 'node.reported_failure';
    return {
      ...alert,
      links: { node: this.#nodeUrl(node.name), ...(isFailure && this.#actions(node.name, alert.at_ms)) },
    };
  }

  inFailure<Node extends Pick<OpenFailure, 'name' | 'links'>>(node: Node): Node {
    return { ...node, links: { node: this.#nodeUrl(node.name) } };
  }

  #actions(name: string, since: number): Partial<Record<LinkAction, string>> {
    const { publicUrl, signer } = this.#options;
    const node = parseNodeName(name);
    if (signer === undefined || node === undefined) return {};
    const expires = instant(Math.floor((this.#clock.wall() + LINK_LIFE) / 1000) * 1000);
    const to = { node, since: instant(since), channel: this.#channel, expires };
    return Object.fromEntries(
      LINK_ACTIONS.map((action) => [action, `${publicUrl}/links/${signer.sign({ ...to, action })}`]),
    );
  }

  #nodeUrl(name: string): string {
    return `${this.#options.publicUrl}/#/nodes/${encoded(name)}`;
  }
}

/** Percent-encodes all but letters, digits and `-._~` (RFC 3986, 2.3): the rest is markup somewhere. */
function encoded(name: string): string {
  return encodeURIComponent(name).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
