/** An event of a stream. */
export interface SentEvent {
  readonly data: string;
  /** Undefined if it has none. */
  readonly id: string | undefined;
}

/** Reads a stream of server-sent events, part by part. https://html.spec.whatwg.org/multipage/server-sent-events.html */
export class EventParser {
  readonly #decoder = new TextDecoder();
  #text = '';
  #data: string[] = [];
  #id: string | undefined;
  #retryMs: number | undefined;

  /** How long to wait before the stream is opened again, in milliseconds; undefined if it does not say. */
  get retryMs(): number | undefined {
    return this.#retryMs;
  }

  /** @returns the events that are complete */
  push(part: Uint8Array): SentEvent[] {
    const events: SentEvent[] = [];
    const before = this.#text.length;
    this.#text += this.#decoder.decode(part, { stream: true });
    let from = 0;
    // What was there before has no end of a line.
    for (let end = this.#text.indexOf('\n', before); end >= 0; end = this.#text.indexOf('\n', from)) {
      const line = this.#text.slice(from, this.#text[end - 1] === '\r' ? end - 1 : end);
      from = end + 1;
      if (line !== '') this.#line(line);
      else if (this.#data.length > 0) events.push(this.#event());
    }
    this.#text = this.#text.slice(from);
    return events;
  }

  #event(): SentEvent {
    const data = this.#data.join('\n');
    this.#data = [];
    return { data, id: this.#id };
  }

  #line(line: string): void {
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    // Anything else is a comment, or a field that nobody knows.
    if (field === 'data') this.#data.push(value);
    else if (field === 'id') this.#id = value;
    else if (field === 'retry' && /^\d+$/.test(value)) this.#retryMs = Number(value);
  }
}
