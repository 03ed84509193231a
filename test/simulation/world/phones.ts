import { HmacLinkSigner } from '../../../src/adapters/links/hmac-link-signer.js';
import { LINK_ACTIONS, LINK_SILENCE, type ActionLink } from '../../../src/domain/action-link.js';
import type { AlertMessage } from '../../../src/ports/channel.js';
import type { LinkSigner } from '../../../src/ports/link-signer.js';
import type { Loop } from '../machine/loop.js';
import type { Random } from '../machine/random.js';
import { clockOf } from '../oracle/clock-text.js';
import type { HttpAnswer, HttpClient } from './http.js';
import {
  asked,
  type Asked,
  type Ledger,
  type NodeChange,
  type RequestedSilence,
  type UsedLink,
} from './ledger.js';
import type { Network } from './network.js';

export interface PhoneDeps {
  readonly loop: Loop;
  readonly random: Random;
  readonly network: Network;
  readonly ledger: Ledger;
  readonly diskKeptRefused: (since: number) => boolean;
  /** Without a key: a link is all that a phone has. */
  readonly http: HttpClient;
}

/** Where the messages say that the daemon is. */
export const PUBLIC_URL = 'https://heartbeat.example.org';
/** Signs the links of the simulated daemon, in all of its runs. */
export const SIGNER: LinkSigner = new HmacLinkSigner({
  reveal: () => 'a secret of at least thirty-two bytes',
});

/** How many messages are looked at, and how many of their links are forged. */
const USED = 0.4;
const FORGED = 0.1;
/** Milliseconds until a link is used, or used again. */
const LATER = 4000;

/** Somebody on call, who uses the links in messages: previews them, and presses the button once, twice, or too late. */
export class PhoneClient {
  readonly id = 'phone';
  readonly #deps: PhoneDeps;
  readonly #random: Random;
  #isDone = false;

  constructor(deps: PhoneDeps) {
    this.#deps = deps;
    this.#random = deps.random.fork(this.id);
  }

  /** Stops all requests. */
  end(): void {
    this.#isDone = true;
  }

  /** A message has come to a provider. */
  readonly got = (message: AlertMessage): void => {
    const random = this.#random;
    if (!random.chance(USED)) return;
    const url = message.links?.[random.pick(LINK_ACTIONS)];
    if (url === undefined) return;
    const token = url.slice(`${PUBLIC_URL}/links/`.length);
    const link = SIGNER.read(token);
    if (link === undefined) throw new TypeError('the link of a message is not signed');
    const isForged = random.chance(FORGED);
    const used = isForged ? forged(token, random) : token;
    const first = random.int(0, LATER);
    if (random.chance(0.5)) this.#later(random.int(0, first), () => this.#preview(used));
    const times = random.chance(0.3) ? 1 : 2;
    // Two people press at once, or one of them later.
    const second = random.chance(0.5) ? first : first + random.int(1, LATER);
    for (const delay of [first, second].slice(0, times))
      this.#later(delay, () => {
        this.#use(used, link, isForged);
      });
  };

  #later(delay: number, work: () => void): void {
    this.#deps.loop.after(delay, () => {
      if (!this.#isDone) work();
    });
  }

  #preview(token: string): void {
    this.#deps.network.send(this.id, {
      ask: (_app, _read, answer) => {
        this.#deps.ledger.count('previews of links');
        this.#deps.http.ask({ method: 'GET', path: `/links/${token}` }, () => {
          answer({ kind: 'page' });
        });
      },
      heard: () => undefined,
    });
  }

  #use(token: string, { action, node, channel, since }: ActionLink, isForged: boolean): void {
    const { ledger, network, http } = this.#deps;
    network.send(this.id, {
      isDirect: this.#random.chance(0.5),
      ask: (_app, read, answer) => {
        const use: UsedLink = {
          ...asked(read),
          token,
          action,
          node,
          channel,
          since,
          isForged,
          says: undefined,
        };
        ledger.links.push(use);
        ledger.count('uses of links');
        ledger.tell(
          `A ${isForged ? 'forged link' : 'link'} is used: ${action} ${node}, of ${channel}.`,
          node,
        );
        const effect = isForged ? undefined : this.#effectOf(use);
        http.ask({ method: 'POST', path: `/links/${token}` }, (heard) => {
          use.says = saidIn(heard);
          for (const each of effect === undefined ? [use] : [use, effect]) this.#answered(each, use.says);
          ledger.tell(`The use of ${clockOf(read.at)} of a link to ${action} ${node}: ${use.says}.`, node);
          answer({ kind: 'page' });
        });
      },
      heard: () => undefined,
    });
  }

  /** What it does, if it does, as other judges know it. */
  #effectOf({ action, node, channel, at, earliest, lead, run }: UsedLink): Asked | undefined {
    const { ledger } = this.#deps;
    const request = asked({ at, earliest, lead, run });
    if (action === 'silence') {
      const silence: RequestedSilence = {
        ...request,
        nodes: new Set([node]),
        startsAt: at + lead,
        endsAt: at + lead + LINK_SILENCE,
        id: undefined,
        expiry: undefined,
      };
      ledger.silences.push(silence);
      return silence;
    }
    const change: NodeChange = { ...request, kind: 'acknowledge', created: false, by: `channel ${channel}` };
    const changes = ledger.nodes.get(node) ?? [];
    changes.push(change);
    ledger.nodes.set(node, changes);
    return change;
  }

  #answered(request: Asked, says: NonNullable<UsedLink['says']>): void {
    request.answeredAt = this.#deps.loop.now;
    request.answer = says === 'done' ? 'done' : says === 'failed' ? undefined : 'refused';
    request.mayBeOnDisk = says === 'later' && this.#deps.diskKeptRefused(request.at);
  }
}

/** What people read on the page. */
function saidIn({ status, text }: HttpAnswer): NonNullable<UsedLink['says']> {
  if (status === 200) return 'done';
  if (status === 404) return 'unknown';
  if (status === 500) return 'failed';
  if (status !== 410) return 'later';
  return text.includes('This link has been used') ? 'used' : 'void';
}

/** The token with another letter in it. */
function forged(token: string, random: Random): string {
  const at = random.int('hbl1_'.length, token.length - 2);
  return `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`;
}
