import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { expect } from 'chai';
import { eventually } from './eventually.js';
import type { ShownEvent, ShownState } from './event-picture.js';

export interface ReceivedEvent {
  readonly id: string;
  readonly data: ShownEvent | ShownState;
}

export interface Opening {
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: 'GET' | 'POST' | 'HEAD';
  readonly body?: unknown;
}

/** A client of a stream of events. */
export class EventClient {
  readonly events: ReceivedEvent[] = [];
  comments = 0;
  retry: number | undefined;
  /** The body of an answer that is no stream. */
  text = '';
  response: IncomingMessage | undefined;
  isOver = false;
  isCut = false;
  readonly #request: ClientRequest;
  #rest = '';

  constructor(port: number, path: string, { headers = {}, method = 'GET', body }: Opening = {}) {
    const sent = body === undefined ? undefined : JSON.stringify(body);
    const typed = sent === undefined ? {} : { 'content-type': 'application/json' };
    const all = { ...typed, ...headers };
    this.#request = httpRequest({ host: '127.0.0.1', port, path, method, headers: all, agent: false });
    this.#request.on('response', (response) => this.#answered(response));
    this.#request.on('error', () => this.#end(true));
    this.#request.end(sent);
  }

  #answered(response: IncomingMessage): void {
    this.response = response;
    response.setEncoding('utf8');
    response.on('data', (text: string) => {
      if (response.headers['content-type']?.startsWith('text/event-stream') === true) this.#read(text);
      else this.text += text;
    });
    response.on('end', () => this.#end(false));
    response.on('error', () => this.#end(true));
  }

  #end(isCut: boolean): void {
    this.isOver = true;
    this.isCut ||= isCut;
  }

  #read(text: string): void {
    this.#rest += text;
    for (let end = this.#rest.indexOf('\n\n'); end >= 0; end = this.#rest.indexOf('\n\n')) {
      this.#block(this.#rest.slice(0, end).split('\n'));
      this.#rest = this.#rest.slice(end + 2);
    }
  }

  #block(lines: readonly string[]): void {
    const field = (name: string) =>
      lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
    const [id, data, retry] = [field('id'), field('data'), field('retry')];
    if (lines.some((line) => line.startsWith(':'))) this.comments++;
    if (retry !== undefined) this.retry = Number(retry);
    if (id !== undefined && data !== undefined)
      this.events.push({ id, data: JSON.parse(data) as ReceivedEvent['data'] });
  }

  get status(): number | undefined {
    return this.response?.statusCode;
  }

  get types(): readonly string[] {
    return this.events.map(({ data }) => data.type);
  }

  get last(): string {
    return this.events.at(-1)?.id ?? '';
  }

  /** The answer that is no stream. */
  async refusal(): Promise<{
    readonly status: number | undefined;
    readonly code: string;
    readonly error: string;
  }> {
    await this.over();
    return { status: this.status, ...(JSON.parse(this.text) as { code: string; error: string }) };
  }

  async begun(): Promise<this> {
    await eventually(() => expect(this.status, this.text).to.equal(200), { every: 2 });
    return this;
  }

  async received(count: number): Promise<this> {
    await eventually(() => expect(this.events).to.have.length.at.least(count), { every: 2 });
    return this;
  }

  async over(): Promise<this> {
    await eventually(() => expect(this.isOver).to.equal(true), { every: 2 });
    return this;
  }

  pause(): void {
    this.response?.pause();
  }

  resume(): void {
    this.response?.resume();
  }

  close(): void {
    this.#request.destroy();
  }
}
