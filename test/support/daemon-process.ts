import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { environmentOfOthers } from '../../src/cli/bench/server-process.js';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** The built command. */
export const HEARTBEAT = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url));

export interface ProcessPlan {
  /** The program and its arguments. */
  readonly command: readonly [string, ...string[]];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Standard input is closed from the start, as under some service managers. */
  readonly closedStdin?: boolean;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** One line of the daemon's log. */
export interface LoggedLine {
  readonly level: string;
  readonly message: string;
  readonly timestamp: string;
  readonly [field: string]: unknown;
}

const LISTENING = /^listening on (https?:\/\/\S+)$/m;

/** Processes that would outlive an interrupted test run. */
const running = new Set<DaemonProcess>();
process.on('exit', () => {
  for (const daemon of running) daemon.signal('SIGKILL');
});

/** A child process of this test, with its output. */
export class DaemonProcess {
  readonly #child: ChildProcess;
  readonly ended: Promise<Ended>;
  #end: Ended | undefined;
  #stdout = '';
  #stderr = '';

  constructor({ command: [program, ...given], cwd, env, closedStdin }: ProcessPlan) {
    this.#child = spawn(program, given, {
      cwd: cwd ?? ROOT,
      env: { ...foreignEnvironment(), ...env },
      stdio: [closedStdin === true ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    });
    this.#child.stdin?.end();
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
    });
    // Not `exit`: at `close`, all output has been read.
    running.add(this);
    this.ended = new Promise((resolve, reject) => {
      this.#child.once('error', reject).once('close', (code, signal) => {
        running.delete(this);
        this.#end = { code, signal };
        resolve(this.#end);
      });
    });
    this.ended.catch(() => undefined);
  }

  get pid(): number {
    const { pid } = this.#child;
    if (pid === undefined) throw new Error('the process could not be started');
    return pid;
  }

  get running(): boolean {
    return this.#end === undefined;
  }

  get stdout(): string {
    return this.#stdout;
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** Its URL. Only once it is ready. */
  get url(): string {
    const [, url] = LISTENING.exec(this.#stdout) ?? [];
    if (url !== undefined) return url;
    throw new Error(`the daemon is not ready; it has said:\n${this.#stdout}${this.#stderr}`);
  }

  get isReady(): boolean {
    return LISTENING.test(this.#stdout);
  }

  /** Whether it has logged this event. */
  hasLogged(message: string): boolean {
    return this.#stderr.includes(`"message":${JSON.stringify(message)}`);
  }

  /** @throws SyntaxError if a line of standard error is not JSON */
  get log(): LoggedLine[] {
    return this.#stderr
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as LoggedLine);
  }

  logged(message: string): LoggedLine[] {
    return this.log.filter((line) => line.message === message);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.ended;
  }
}

/** The environment without variables of the daemon and of the test runner. */
function foreignEnvironment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _options, NODE_V8_COVERAGE: _coverage, ...others } = environmentOfOthers();
  return others;
}
