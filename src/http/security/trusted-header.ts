import { hash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Access } from '../../domain/access.js';
import type { Clock } from '../../ports/clock.js';
import { signInProblem } from '../../views/messages.js';
import { isSignedBy } from '../server/client-certificates.js';
import { Denied, type TrustedHeaderRule } from './credentials.js';
import { isOfOwnPage } from './csrf.js';
import { Networks } from './networks.js';
import { Persons } from './persons.js';

/**
 * Identifies people by the headers that a proxy adds once they have signed in there. The other end of the socket is
 * compared, and never an address that a header names; and it has to show a secret, or a certificate.
 */
export class TrustedHeader {
  readonly #rule: TrustedHeaderRule;
  /** Lower-case names. */
  readonly #names: readonly string[];
  readonly #from: Networks;
  readonly #secret: Buffer | undefined;
  readonly #persons: Persons;
  readonly #origin: string | undefined;
  readonly #foreign: Denied;

  /** @param publicUrl where people reach the daemon, through the proxy */
  constructor(rule: TrustedHeaderRule, publicUrl: string | undefined, clock: Pick<Clock, 'wall'>) {
    const { user, groups, from, secret, scopes } = rule;
    this.#rule = rule;
    this.#names = [user, groups, secret?.header].filter((name) => name !== undefined);
    this.#from = new Networks(from);
    this.#secret = secret && digestOf(secret.value.reveal());
    this.#persons = new Persons(scopes, clock);
    this.#origin = publicUrl === undefined ? undefined : new URL(publicUrl).origin;
    this.#foreign = new Denied(
      publicUrl === undefined ? signInProblem.noUrl : signInProblem.foreign(publicUrl),
      'HEARTBEAT_FORBIDDEN',
    );
  }

  /** Whether a request has the headers of the proxy, and is not of the proxy, or has one of them twice. */
  isForged(request: Pick<IncomingMessage, 'headers' | 'rawHeaders' | 'socket'>): boolean {
    const { headers } = request;
    if (!this.#names.some((name) => headers[name] !== undefined)) return false;
    return !this.#isOfProxy(request) || this.#isRepeated(request.rawHeaders);
  }

  #isOfProxy({ headers, socket }: Pick<IncomingMessage, 'headers' | 'socket'>): boolean {
    const { secret, clientCa } = this.#rule;
    const hasSecret =
      this.#secret === undefined ||
      timingSafeEqual(this.#secret, digestOf(String(headers[secret?.header ?? ''] ?? '')));
    const hasCertificate = clientCa === undefined || isSignedBy(clientCa, socket);
    return this.#from.has(socket.remoteAddress) && hasSecret && hasCertificate;
  }

  #isRepeated(rawHeaders: readonly string[]): boolean {
    const sent = rawHeaders
      .filter((_, at) => at % 2 === 0)
      .map((name) => name.toLowerCase())
      .filter((name) => this.#names.includes(name));
    return new Set(sent).size < sent.length;
  }

  /** @returns undefined if the proxy names nobody. Call it for requests that are not forged */
  identify(request: Pick<IncomingMessage, 'headers'>): Access | Denied | undefined {
    const { headers } = request;
    const { user, groups } = this.#rule;
    const name = textIn(headers[user]);
    if (name === '') return undefined;
    if (this.#origin === undefined || !isOfOwnPage(request, this.#origin)) return this.#foreign;
    const named = groups === undefined ? [] : textIn(headers[groups]).split(',');
    return this.#persons.identify(
      name,
      named.map((group) => group.trim()).filter((group) => group !== ''),
    );
  }
}

function digestOf(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}

/** Node reads headers as Latin-1, and proxies write UTF-8. */
function textIn(header: string | string[] | undefined): string {
  return Buffer.from(String(header ?? ''), 'latin1')
    .toString('utf8')
    .trim();
}
