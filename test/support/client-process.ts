import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { ROOT } from './daemon-process.js';
import { WITH_TYPESCRIPT } from './typescript.js';

/** A report of a process of clients. */
export interface Report {
  readonly kind: string;
}

/** Clients in a process of their own, so that their records outlive the daemon. */
export class ClientProcess {
  readonly #child: ChildProcess;
  readonly #reports: Report[] = [];
  #waiting: (() => void)[] = [];
  #failure: Error | undefined;

  /** @param script a TypeScript module that gets `plan` as JSON in its first argument */
  constructor(script: URL, plan: object) {
    const file = fileURLToPath(script);
    this.#child = fork(file, [JSON.stringify(plan)], { cwd: ROOT, execArgv: [...WITH_TYPESCRIPT] });
    this.#child.on('message', (report: Report) => {
      this.#reports.push(report);
      this.#wake();
    });
    this.#child.once('exit', (code, signal) => {
      this.#failure = new Error(`${file} ended: exit code ${String(code)}, signal ${String(signal)}`);
      this.#wake();
    });
  }

  tell(message: object): void {
    this.#child.send(message);
  }

  /** Resolves with the next report of a kind. */
  async hear<Expected extends Report>(kind: Expected['kind']): Promise<Expected> {
    for (;;) {
      const index = this.#reports.findIndex((report) => report.kind === kind);
      const [report] = index < 0 ? [] : this.#reports.splice(index, 1);
      if (report !== undefined) return report as Expected;
      if (this.#failure !== undefined) throw this.#failure;
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
  }

  async kill(): Promise<void> {
    if (this.#failure !== undefined) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exit;
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resume of waiting) resume();
  }
}
