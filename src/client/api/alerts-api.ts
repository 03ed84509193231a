import type { HttpCalls } from './http-calls.js';
import type { Alert, Answers, ChannelPreview, Delivery, Queries } from './contract/types.js';
import { inPath } from './ids.js';
import { expectOptions, type CallOptions } from './client-options.js';
import { pages, type PageOptions } from './lists.js';

/** Which alerts to list. */
export interface AlertsFilter extends Omit<Queries['alerts'], 'cursor' | 'limit' | 'state'>, CallOptions {
  /** In this state, or one of these, on some channel. */
  readonly state?: Delivery['state'] | readonly Delivery['state'][] | undefined;
}

const SIGNAL = ['signal'];

/** The alerts, and their delivery. */
export class Alerts<Id> {
  readonly #calls: HttpCalls<Id>;

  constructor(calls: HttpCalls<Id>) {
    this.#calls = calls;
  }

  /** Newest first. What is not pulled is not read. */
  list(filter: AlertsFilter = {}): AsyncGenerator<Alert, undefined> {
    return pages(async (cursor) => {
      const page = await this.page({ ...filter, cursor });
      return { items: page.alerts, next: page.nextCursor };
    });
  }

  /** One page, for programs that show pages. It may be empty while others follow: the filter decides after reading. */
  async page({ signal, ...query }: AlertsFilter & PageOptions = {}): Promise<Answers['alerts']> {
    return this.#calls.call('alerts', { query, signal });
  }

  /** Delivers a dead letter again. @returns its id */
  async redeliver(id: string, options: CallOptions = {}): Promise<string> {
    expectOptions(options, SIGNAL);
    const path = [inPath(id, 'HEARTBEAT_NO_SUCH_ALERT', 'no such alert')];
    return (await this.#calls.call('redeliver', { path, signal: options.signal })).id;
  }
}

/** The configured channels. */
export class Channels<Id> {
  readonly #calls: HttpCalls<Id>;

  constructor(calls: HttpCalls<Id>) {
    this.#calls = calls;
  }

  /** What it would send of an alert of each type that it gets, without secrets. */
  async preview(name: string, options: CallOptions = {}): Promise<ChannelPreview> {
    expectOptions(options, SIGNAL);
    const path = [inPath(name, 'HEARTBEAT_NO_SUCH_CHANNEL', 'no such channel')];
    return this.#calls.call('previewChannel', { path, signal: options.signal });
  }

  /** Sends a test message. @returns the id of its alert, which `alerts.list` shows */
  async test(name: string, options: CallOptions = {}): Promise<string> {
    expectOptions(options, SIGNAL);
    const path = [inPath(name, 'HEARTBEAT_NO_SUCH_CHANNEL', 'no such channel')];
    return (await this.#calls.call('testChannel', { path, signal: options.signal })).id;
  }
}
