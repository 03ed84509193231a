import type { HttpCalls } from './http-calls.js';
import type { Answers, Queries, Silence } from './contract/types.js';
import { inPath } from './ids.js';
import { expectOptions, type CallOptions } from './client-options.js';
import { pages, type PageOptions } from './lists.js';
import { bodyOf } from './sent-values.js';
import type { When } from './when.js';

/** Which silences to list. */
export interface SilencesFilter
  extends Omit<Queries['silences'], 'cursor' | 'limit' | 'state' | 'maintenance'>, CallOptions {
  /** In this state, or one of these. */
  readonly state?: Silence['state'] | readonly Silence['state'][] | undefined;
  /** Those of maintenance windows, with the next of each window, in place of the others. */
  readonly maintenance?: boolean | undefined;
}

/** A silence to make. */
export interface SilenceOptions {
  /** In the syntax of Alertmanager, such as `env=prod` and `name=~web-.*`; all must fit a node. */
  readonly matchers: readonly string[];
  /** Now, if absent or in the past. */
  readonly startsAt?: When | undefined;
  readonly endsAt: When;
  /** Who silences. */
  readonly by: string;
  readonly reason?: string | undefined;
}

const SIGNAL = ['signal'];

/** Silences: they hold failures of nodes until they end. */
export class Silences<Id> {
  readonly #calls: HttpCalls<Id>;

  constructor(calls: HttpCalls<Id>) {
    this.#calls = calls;
  }

  /** Newest first. What is not pulled is not read. */
  list(filter: SilencesFilter = {}): AsyncGenerator<Silence, undefined> {
    return pages(async (cursor) => {
      const page = await this.page({ ...filter, cursor });
      return { items: page.silences, next: page.nextCursor };
    });
  }

  /** One page, for programs that show pages. */
  async page({ signal, ...query }: SilencesFilter & PageOptions = {}): Promise<Answers['silences']> {
    return this.#calls.call('silences', { query, signal });
  }

  async add(silence: SilenceOptions, options: CallOptions = {}): Promise<Silence> {
    expectOptions(options, SIGNAL);
    return this.#calls.call('silence', { body: bodyOf(silence), signal: options.signal });
  }

  async get(id: string, options: CallOptions = {}): Promise<Silence> {
    return this.#calls.call('describeSilence', about(id, options));
  }

  /** Ends a silence. One that is over stays as it is. */
  async expire(id: string, options: CallOptions = {}): Promise<Silence> {
    return this.#calls.call('expireSilence', about(id, options));
  }
}

/** A call about one silence. */
function about(id: string, options: CallOptions): { path: readonly string[]; signal: CallOptions['signal'] } {
  expectOptions(options, SIGNAL);
  return { path: [inPath(id, 'HEARTBEAT_NO_SUCH_SILENCE', 'no such silence')], signal: options.signal };
}
