import type { Answers, Rota, Turn } from './contract/types.js';
import type { HttpCalls } from './http-calls.js';
import { expectOptions, type CallOptions } from './client-options.js';
import { inPath } from './ids.js';

const SIGNAL = ['signal'];

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
    const path = [inPath(name, 'HEARTBEAT_NO_SUCH_ROTA', 'no such rota')];
    return this.#calls.call('onCall', { path, signal: options.signal });
  }
}
