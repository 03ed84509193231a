import { randomBytes } from 'node:crypto';

/** Printable ASCII without spaces and quotes: safe in a header and in a log line. */
const ACCEPTABLE = /^[!#-&(-~]{1,128}$/;

/** The id that the client gave its request, if it is one that can be passed on. */
export function sentRequestId(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'string' && ACCEPTABLE.test(header) ? header : undefined;
}

/** Makes ids that are unique within this daemon and, through a random prefix, among daemons. */
export class RequestIds {
  readonly #prefix = randomBytes(6).toString('hex');
  #count = 0;

  next(): string {
    this.#count += 1;
    return `${this.#prefix}-${this.#count.toString(36)}`;
  }
}
