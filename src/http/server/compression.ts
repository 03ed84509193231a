import type { IncomingMessage, ServerResponse } from 'node:http';
import { codingFor, encode, type ContentCoding } from './content-coding.js';
import type { RawHeaders } from './json-answer.js';

/** Characters from which on an answer is compressed. A shorter one saves less than it costs. */
export const LARGE_ANSWER = 16_384;
/** LevelDB writes in the same pool of four threads. Answers beyond these go out as they are. */
const MOST_AT_ONCE = 2;

const TEXT = /^(?:text\/|application\/(?:json|rss\+xml)|image\/svg\+xml)/;

interface Answering {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  answerEncoded(head: RawHeaders, bytes: Buffer): void;
  fail(error: unknown): void;
}

/**
 * Compresses large answers to GET; HEAD gets the same headers (RFC 9110, 8.6). Batches are not compressed: they are
 * answered in the pass of the event loop that read them.
 */
export class Compression {
  #underWay = 0;

  /** Whether the answer may go out compressed. Caches are told, with a 304 in its place too (RFC 9110, 15.4.5). */
  mayTake({ request, response }: Answering, status: number, head: RawHeaders): boolean {
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (!isRead || status !== 200 || !TEXT.test(valueOf(head, 'content-type') ?? '')) return false;
    if (valueOf(head, 'content-encoding') !== undefined) return false;
    if (!String(response.getHeader('vary')).includes('accept-encoding'))
      response.appendHeader('vary', 'accept-encoding');
    return true;
  }

  /** Whether it takes over an answer that it may take: it calls `answerEncoded` later, or `fail`. */
  takes(answering: Answering, head: RawHeaders, body: string): boolean {
    const { request } = answering;
    const coding = codingFor(request.headers['accept-encoding']?.toString());
    if (coding === undefined || this.#underWay >= MOST_AT_ONCE) return false;
    void this.#answer(answering, coding, head, body);
    return true;
  }

  async #answer(answering: Answering, coding: ContentCoding, head: RawHeaders, body: string): Promise<void> {
    this.#underWay++;
    try {
      const bytes = await encode(coding, Buffer.from(body, 'latin1'));
      answering.answerEncoded(encodedHead(head, coding, bytes.length), bytes);
    } catch (error) {
      answering.fail(error);
    } finally {
      this.#underWay--;
    }
  }
}

function valueOf(head: RawHeaders, name: string): string | undefined {
  for (let at = 0; at < head.length; at += 2) if (head[at] === name) return head[at + 1];
  return undefined;
}

/** The bytes are others, so a strong tag is no longer true (RFC 9110, 8.8.3). */
function encodedHead(head: RawHeaders, coding: ContentCoding, length: number): RawHeaders {
  const encoded: RawHeaders = [];
  for (let at = 0; at < head.length; at += 2) {
    const [name = '', value = ''] = head.slice(at, at + 2);
    if (name === 'content-length') encoded.push(name, String(length));
    else encoded.push(name, name === 'etag' && !value.startsWith('W/') ? `W/${value}` : value);
  }
  return [...encoded, 'content-encoding', coding];
}
