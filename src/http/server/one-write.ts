import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../ports/clock.js';
import { jsonHead } from './json-answer.js';

declare module 'http' {
  interface ServerResponse {
    /** Node's own: the head, from `writeHead` until it is sent. */
    _header?: string | null;
  }
  interface IncomingMessage {
    /** Node's own: whether the body is being read, so that Node need not. */
    _consuming?: boolean;
  }
}

/**
 * Writes a whole short answer with a body in ASCII. `end(body)` makes two writes, which cost a fifth of a short request;
 * joined to the head, the body goes out in one. If Node keeps its head elsewhere, the usual way is used. See decision
 * 7.
 *
 * @param body shorter than 16 KiB, which is the longest string that Node copies onto its stack and writes at once
 */
export function answerInOneWrite(
  response: ServerResponse,
  status: number,
  head: string[],
  body: string,
): void {
  response.writeHead(status, head);
  if (typeof response._header === 'string' && response.req.method !== 'HEAD') {
    response._header += body;
    response.end();
  } else {
    response.end(body, 'latin1');
  }
}

/** A head that Node has made, and the second that its `Date` names. */
interface MadeHead {
  readonly second: number;
  readonly text: string;
}

/**
 * The heads of the latest short answers, by status and length. Making one takes Node as long as parsing the request,
 * and those of one second are identical. See decision 100.
 */
export class MadeHeads {
  readonly #clock: Pick<Clock, 'wall'>;
  readonly #made: (MadeHead | undefined)[] = [];

  constructor(clock: Pick<Clock, 'wall'>) {
    this.#clock = clock;
  }

  /** Call it when something in Node's heads has changed. */
  forget(): void {
    this.#made.length = 0;
  }

  /**
   * Answers a request without a body with 200 and JSON in ASCII.
   *
   * @returns false if nothing was written, because this answer needs its own head
   */
  answer(request: IncomingMessage, response: ServerResponse, body: string): boolean {
    if (!response.shouldKeepAlive || response._header !== null || request.httpVersionMinor !== 1)
      return false;
    // Otherwise Node would make a stream for the body that is not there, and wait for its end.
    request._consuming = true;
    const second = Math.floor(this.#clock.wall() / 1000);
    const made = this.#made[body.length];
    if (made?.second === second) {
      response._header = made.text + body;
    } else {
      const { _header: text } = response.writeHead(200, jsonHead(body.length));
      if (typeof text !== 'string') {
        response.end(body, 'latin1');
        return true;
      }
      this.#made[body.length] = { second, text };
      response._header = text + body;
    }
    response.end();
    return true;
  }
}
