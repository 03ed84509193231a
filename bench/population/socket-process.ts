import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Answer, Order, SocketLoad } from './socket-clients.js';

const SCRIPT = fileURLToPath(new URL('socket-clients.ts', import.meta.url));
const HOOK = fileURLToPath(new URL('../../scripts/typescript.js', import.meta.url));

/** A process with clients on sockets. */
export class SocketProcess {
  readonly #child: ChildProcess;
  readonly #signal: AbortSignal;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    this.#child = fork(SCRIPT, { execArgv: ['--import', HOOK] });
  }

  /** Resolves once the users of all clients are online. */
  async start(load: SocketLoad): Promise<void> {
    await this.#ask({ do: 'start', load });
  }

  /** Answers so far, and connections that were lost. */
  async count(): Promise<{ readonly answered: number; readonly lost: number }> {
    const answer = await this.#ask({ do: 'count' });
    if (answer.kind !== 'count') throw new TypeError(`the clients said '${answer.kind}'`);
    return answer;
  }

  stop(): void {
    this.#child.kill('SIGKILL');
  }

  #ask(order: Order): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const stop = (): void => reject(new Error('the clients ended'));
      this.#signal.addEventListener('abort', stop, { once: true });
      this.#child.once('exit', stop);
      this.#child.once('message', (answer: Answer) => {
        this.#signal.removeEventListener('abort', stop);
        this.#child.off('exit', stop);
        resolve(answer);
      });
      this.#child.send(order);
    });
  }
}
