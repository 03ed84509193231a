import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { WebSocket } from 'ws';

interface Reply {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

const LISTENING = /^DevTools listening on (ws:\S+)$/m;

/**
 * A Chromium as its user has it, driven by the DevTools protocol. Playwright keeps every page visible, as if it had the
 * focus, and switches the back-forward cache and the throttling of timers off.
 */
export class Chromium {
  readonly #process: ChildProcess;
  readonly #profile: string;
  readonly #ended: Promise<void>;
  readonly #replies = new Map<number, (reply: Reply) => void>();
  #socket: WebSocket | undefined;
  #count = 0;

  private constructor(flags: readonly string[]) {
    this.#profile = mkdtempSync(path.join(tmpdir(), 'heartbeat-test-'));
    this.#process = spawn(
      '/usr/bin/chromium',
      [
        '--headless',
        '--no-sandbox',
        '--no-first-run',
        '--remote-debugging-port=0',
        `--user-data-dir=${this.#profile}`,
        ...flags,
        'about:blank',
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    this.#ended = new Promise((resolve) => {
      this.#process.once('close', () => {
        resolve();
      });
    });
  }

  static async start(...flags: readonly string[]): Promise<Chromium> {
    const chromium = new Chromium(flags);
    await chromium.#connect();
    return chromium;
  }

  async #connect(): Promise<void> {
    const url = await new Promise<string>((resolve, reject) => {
      let said = '';
      this.#process.once('error', reject);
      this.#process.stderr?.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        const [, found] = LISTENING.exec(said) ?? [];
        if (found !== undefined) resolve(found);
      });
      void this.#ended.then(() => {
        reject(new Error(`chromium ended:\n${said}`));
      });
    });
    const socket = new WebSocket(url);
    this.#socket = socket;
    await new Promise((resolve, reject) => {
      socket.once('open', resolve).once('error', reject);
    });
    socket.on('message', (data: Buffer) => {
      const reply = JSON.parse(data.toString()) as Reply;
      if (reply.id === undefined) return;
      this.#replies.get(reply.id)?.(reply);
      this.#replies.delete(reply.id);
    });
  }

  /** Calls a method of the protocol. */
  call(method: string, params: object = {}, sessionId?: string): Promise<unknown> {
    const id = ++this.#count;
    this.#socket?.send(JSON.stringify({ id, method, params, sessionId }));
    return new Promise((resolve, reject) => {
      this.#replies.set(id, ({ result, error }) => {
        if (error === undefined) resolve(result);
        else reject(new Error(`${method}: ${error.message}`));
      });
    });
  }

  /** Opens a tab in front of the others. */
  async open(url: string): Promise<ChromiumTab> {
    const { targetId } = (await this.call('Target.createTarget', { url })) as { targetId: string };
    const { sessionId } = (await this.call('Target.attachToTarget', { targetId, flatten: true })) as {
      sessionId: string;
    };
    return new ChromiumTab(this, targetId, sessionId);
  }

  async close(): Promise<void> {
    this.#socket?.terminate();
    this.#process.kill('SIGKILL');
    await this.#ended;
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** One tab. Only the tab in front is visible. */
export class ChromiumTab {
  readonly #chromium: Chromium;
  readonly #target: string;
  readonly #session: string;

  constructor(chromium: Chromium, target: string, session: string) {
    this.#chromium = chromium;
    this.#target = target;
    this.#session = session;
  }

  /** @throws what the expression throws in the page */
  async evaluate<Value>(expression: string): Promise<Value> {
    const asked = { expression, returnByValue: true, awaitPromise: true };
    const { result, exceptionDetails: thrown } = (await this.#chromium.call(
      'Runtime.evaluate',
      asked,
      this.#session,
    )) as { result: { value: Value }; exceptionDetails?: object };
    if (thrown !== undefined) throw new Error(`${expression}: ${JSON.stringify(thrown)}`);
    return result.value;
  }

  async toFront(): Promise<void> {
    await this.#chromium.call('Target.activateTarget', { targetId: this.#target });
  }

  async goto(url: string): Promise<void> {
    await this.#chromium.call('Page.navigate', { url }, this.#session);
  }
}
