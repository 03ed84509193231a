import type { Answers, Override, Queries, Rota, Turn } from './contract/types.js';
import type { HttpCalls } from './http-calls.js';
import { expectOptions, type CallOptions } from './client-options.js';
import { inPath } from './ids.js';
import { pages } from './lists.js';
import { bodyOf } from './sent-values.js';
import type { When } from './when.js';

const SIGNAL = ['signal'];

/** Which overrides to list. */
export interface OverridesFilter
  extends Omit<Queries['overrides'], 'cursor' | 'limit' | 'state'>, CallOptions {
  /** In this state, or one of these. */
  readonly state?: Override['state'] | readonly Override['state'][] | undefined;
}

/** Who is on call in place of whoever has the turn. */
export interface OverrideOptions {
  /** One of the people of the rota. */
  readonly person: string;
  /** Now, if absent or in the past. */
  readonly startsAt?: When | undefined;
  readonly endsAt: When;
  /** Who makes the override. */
  readonly by: string;
  readonly reason?: string | undefined;
}

/** Rotas: who is on call. */
export class Rotas<Id> {
  readonly #calls: HttpCalls<Id>;

  constructor(calls: HttpCalls<Id>) {
    this.#calls = calls;
  }

  async list(options: CallOptions = {}): Promise<readonly Rota[]> {
    expectOptions(options, SIGNAL);
    const { rotas }: Answers['rotas'] = await this.#calls.call('rotas', { signal: options.signal });
    return rotas;
  }

  /** Who is on call, until when, and who comes next. */
  async now(name: string, options: CallOptions = {}): Promise<Turn> {
    expectOptions(options, SIGNAL);
    return this.#calls.call('onCall', { path: [rotaInPath(name)], signal: options.signal });
  }

  /** The overrides of a rota, newest first. What is not pulled is not read. */
  overrides(name: string, filter: OverridesFilter = {}): AsyncGenerator<Override, undefined> {
    const { signal, ...query } = filter;
    return pages(async (cursor) => {
      const path = [rotaInPath(name)];
      const page = await this.#calls.call('overrides', { path, query: { ...query, cursor }, signal });
      return { items: page.overrides, next: page.nextCursor };
    });
  }

  /** Puts one of the people of a rota on call, in place of whoever has the turn. */
  async override(name: string, override: OverrideOptions, options: CallOptions = {}): Promise<Override> {
    expectOptions(options, SIGNAL);
    const path = [rotaInPath(name)];
    return this.#calls.call('overrideRota', { path, body: bodyOf(override), signal: options.signal });
  }

  /** Ends an override. One that is over stays as it is. */
  async endOverride(name: string, id: string, options: CallOptions = {}): Promise<Override> {
    expectOptions(options, SIGNAL);
    const path = [rotaInPath(name), inPath(id, 'HEARTBEAT_NO_SUCH_OVERRIDE', 'no such override')];
    return this.#calls.call('endOverride', { path, signal: options.signal });
  }
}

function rotaInPath(name: string): string {
  return inPath(name, 'HEARTBEAT_NO_SUCH_ROTA', 'no such rota');
}
