import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { ErrorCode } from '../../errors.js';
import { Hosts, isHost, type HostRules } from '../security/allowed-hosts.js';

/** The authority of a target in absolute form. */
const ABSOLUTE = /^https?:\/\/([^/?#]*)/i;

type Head = Pick<IncomingMessage, 'httpVersionMajor' | 'httpVersionMinor' | 'headers' | 'url'>;

/** Looks at what RFC 9110 and 9112 ask of the head of a request, and Node's parser does not see to. */
export class RequestHeads {
  #hosts: Hosts | undefined;
  /** The `Host` that was good last: nearly every request has the same. */
  #lastGood: string | undefined;

  /** @param rules undefined where the daemon answers to any name */
  configure(rules: HostRules | undefined): void {
    this.#hosts = rules === undefined ? undefined : new Hosts(rules);
    this.#lastGood = undefined;
  }

  /** @returns why the request is not answered, if it is not */
  faultOf({
    httpVersionMajor: major,
    httpVersionMinor: minor,
    headers,
    url = '',
  }: Head): ErrorCode | undefined {
    const { host } = headers;
    const coding = headers['transfer-encoding'];
    if (major !== 1) return 'HEARTBEAT_MALFORMED_REQUEST';
    if (coding !== undefined) {
      // HTTP/1.0 knows none: where such a body ends, somebody in between may see otherwise (RFC 9112, 6.1).
      if (minor === 0) return 'HEARTBEAT_MALFORMED_REQUEST';
      if (!isChunked(coding)) return 'HEARTBEAT_UNKNOWN_TRANSFER_CODING';
    }
    if (url.startsWith('/') && host !== undefined && host === this.#lastGood) return undefined;
    if (host === undefined ? minor > 0 : !isHost(host)) return 'HEARTBEAT_MALFORMED_REQUEST';
    // Whom an absolute target names counts, and not `Host` (RFC 9112, 3.2.2).
    const [, named] = ABSOLUTE.exec(url) ?? [];
    if (named === '') return 'HEARTBEAT_MALFORMED_REQUEST';
    const asked = named ?? host;
    if (asked !== undefined && this.#hosts?.answersTo(asked) === false) return 'HEARTBEAT_MISDIRECTED';
    if (named === undefined) this.#lastGood = host;
    return undefined;
  }
}

/** Whether a request ends with its head. */
export function isBodiless(headers: IncomingHttpHeaders): boolean {
  const length = headers['content-length'];
  return (length === undefined || length === '0') && headers['transfer-encoding'] === undefined;
}

/** The fields in which a request may make itself conditional, as far as they are evaluated here. */
export function isConditional(headers: IncomingHttpHeaders): boolean {
  return headers['if-match'] !== undefined || headers['if-none-match'] !== undefined;
}

function isChunked(coding: string): boolean {
  return coding.replace(/^[\s,]+|[\s,]+$/g, '').toLowerCase() === 'chunked';
}

const CODINGS = /^transfer-encoding:(.*)$/gim;

/**
 * Whether Node's parser has given a request up for a transfer coding that nobody here knows, by what it had before it.
 *
 * @param head undefined where that is not known
 */
export function isUnknownCoding(head: string | undefined): boolean {
  const codings = [...(head ?? '').matchAll(CODINGS)].flatMap(([, value = '']) => value.split(','));
  return codings.length === 0 || codings.some((coding) => coding.trim() !== '' && !isChunked(coding));
}
