import type { ServerResponse } from 'node:http';

declare module 'http' {
  interface ServerResponse {
    /** Node's own: the head, from `writeHead` until it is sent. */
    _header?: string | null;
  }
}

/** What Node copies onto its stack, and writes at once. */
const LONGEST_STRING = 16_384;

/**
 * Writes a whole answer with a body in ASCII. `end(body)` makes Node gather two writes, which costs a fifth of a
 * short request; joined to the head the body goes out in one. A Node that keeps its head elsewhere is left its way.
 *
 * What is long goes out as bytes. Written as strings, long answers made every collection keep all that was under way,
 * of other connections too: the checkups of the bench's million, a thousand users each, tripled what grew old.
 */
export function answerInOneWrite(
  response: ServerResponse,
  status: number,
  head: string[],
  body: string,
): void {
  response.writeHead(status, head);
  if (body.length > LONGEST_STRING) response.end(Buffer.from(body, 'latin1'));
  else if (typeof response._header === 'string' && response.req.method !== 'HEAD') {
    response._header += body;
    response.end();
  } else {
    response.end(body, 'latin1');
  }
}
