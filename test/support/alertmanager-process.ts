import { spawn, type ChildProcess } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { eventually } from './eventually.js';
import { freePort } from './free-port.js';
import { temporaryDirectory, type TemporaryDirectory } from './temporary-directory.js';

/** An alert as Alertmanager shows it. */
export interface ShownAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
}

/** The body of Alertmanager's webhook. */
export interface Notification {
  readonly status: 'firing' | 'resolved';
  readonly alerts: readonly { readonly status: string; readonly labels: ShownAlert['labels'] }[];
}

/** A real Alertmanager on a free port of the loopback, which calls a webhook at once. */
export class AlertmanagerProcess {
  readonly #port: number;
  readonly #directory: TemporaryDirectory;
  #child: ChildProcess | undefined;

  private constructor(port: number, directory: TemporaryDirectory) {
    this.#port = port;
    this.#directory = directory;
  }

  /**
   * @param webhook the URL that gets alerts, grouped by node
   * @param repeatInterval after which it gets those again that go on
   */
  static async start(webhook: string, repeatInterval = '24h'): Promise<AlertmanagerProcess> {
    const alertmanager = new AlertmanagerProcess(await freePort(), await temporaryDirectory());
    await writeFile(
      alertmanager.#file('alertmanager.yml'),
      JSON.stringify({
        route: {
          receiver: 'hook',
          group_by: ['node'],
          group_wait: '10ms',
          group_interval: '100ms',
          repeat_interval: repeatInterval,
        },
        receivers: [{ name: 'hook', webhook_configs: [{ url: webhook }] }],
      }),
    );
    await alertmanager.run();
    return alertmanager;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Starts it, or starts it again: it forgets all alerts when it stops. */
  async run(): Promise<void> {
    let missing: Error | undefined;
    this.#child = spawn(
      'prometheus-alertmanager',
      [
        `--config.file=${this.#file('alertmanager.yml')}`,
        `--storage.path=${this.#file('data')}`,
        `--web.listen-address=127.0.0.1:${this.#port}`,
        '--cluster.listen-address=',
      ],
      { stdio: 'ignore' },
    ).on('error', (error) => {
      missing = new Error('the tests need prometheus-alertmanager: scripts/tools-for-tests', {
        cause: error,
      });
    });
    await eventually(async () => {
      if (missing !== undefined) throw missing;
      await this.alerts();
    });
  }

  /** The firing alerts. */
  async alerts(): Promise<readonly ShownAlert[]> {
    const answer = await fetch(`${this.url}/api/v2/alerts`);
    return (await answer.json()) as ShownAlert[];
  }

  /** An alert with these labels fires, as Prometheus would send it. */
  async fire(labels: ShownAlert['labels']): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify([{ labels }]);
    const { status } = await fetch(`${this.url}/api/v2/alerts`, { method: 'POST', headers, body });
    if (status !== 200) throw new Error(`Alertmanager has answered ${status}`);
  }

  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }

  async remove(): Promise<void> {
    await this.stop();
    await this.#directory.remove();
  }

  #file(name: string): string {
    return path.join(this.#directory.path, name);
  }
}
