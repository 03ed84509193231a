import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { ErrorCode } from '../../errors.js';
import { Hosts, isHost, type HostRules } from '../security/allowed-hosts.js';

/** The authority of a target in absolute form. */
const ABSOLUTE = /^https?:\/\/([^/?#]*)/i;

type Head = Pick<IncomingMessage, 'httpVersionMajor' | 'httpVersionMinor' | 'headers' | 'url'>;

/** Checks what RFC 9110 and 9112 require of a request's head, and Node's parser does not check. See decision 68. */
export class RequestHeads {
  #hosts: Hosts | undefined;
  /** The last good `Host`: nearly every request has the same. */
  #lastGood: string | undefined;

  /** @param rules undefined if the daemon answers to any name */
  configure(rules: HostRules | undefined): void {
    this.#hosts = rules === undefined ? undefined : new Hosts(rules);
    this.#lastGood = undefined;
  }

  /** @returns why the request is refused, if it is */
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
      // HTTP/1.0 has none: a proxy may see the end of such a body elsewhere (RFC 9112, 6.1).
      if (minor === 0) return 'HEARTBEAT_MALFORMED_REQUEST';
      if (!isChunked(coding)) return 'HEARTBEAT_UNKNOWN_TRANSFER_CODING';
    }
    if (url.startsWith('/') && host !== undefined && host === this.#lastGood) return undefined;
    if (host === undefined ? minor > 0 : !isHost(host)) return 'HEARTBEAT_MALFORMED_REQUEST';
    // The authority of an absolute target counts instead of `Host` (RFC 9112, 3.2.2).
    const [, named] = ABSOLUTE.exec(url) ?? [];
    if (named === '') return 'HEARTBEAT_MALFORMED_REQUEST';
    const asked = named ?? host;
    if (asked !== undefined && this.#hosts?.answersTo(asked) === false) return 'HEARTBEAT_MISDIRECTED';
    if (named === undefined) this.#lastGood = host;
    return undefined;
  }
}

/** Whether a request has no body. */
export function isBodiless(headers: IncomingHttpHeaders): boolean {
  const length = headers['content-length'];
  return (length === undefined || length === '0') && headers['transfer-encoding'] === undefined;
}

function isChunked(coding: string): boolean {
  return coding.replace(/^[\s,]+|[\s,]+$/g, '').toLowerCase() === 'chunked';
}

const CODINGS = /^transfer-encoding:(.*)$/gim;

/**
 * Whether Node's parser rejected a request because of an unknown transfer coding, by what it had read.
 *
 * @param head undefined if that is not known
 */
export function isUnknownCoding(head: string | undefined): boolean {
  const codings = [...(head ?? '').matchAll(CODINGS)].flatMap(([, value = '']) => value.split(','));
  return codings.length === 0 || codings.some((coding) => coding.trim() !== '' && !isChunked(coding));
}
