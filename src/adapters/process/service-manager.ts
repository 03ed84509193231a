import { spawn } from 'node:child_process';
import { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import type { Millis } from '../../domain/time.js';
import type { Cancel, Clock } from '../../ports/clock.js';
import type { Logger } from '../../ports/logger.js';

/** The shell's own code for a program that it does not find. */
const NOT_FOUND = 127;
/** When a shell that has ended is replaced. A shell ends where the machine is too short of memory for a process. */
const AGAIN: Millis = 1000;

/**
 * Node has no datagram sockets of Unix, so `systemd-notify` sends. One shell for all messages: a fork for each would
 * copy the page tables of the daemon's heap. It goes on through signals to the whole group, until the daemon is gone.
 */
const SENDER = `trap '' HUP INT TERM
command -v systemd-notify >/dev/null || exit ${NOT_FOUND}
while read -r message; do systemd-notify "$message"; done`;

interface ServiceManagerDeps {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Of the daemon. */
  readonly pid: number;
  readonly clock: Pick<Clock, 'after'>;
  readonly logger: Pick<Logger, 'warn'>;
}

/**
 * Says to systemd how the daemon is, if systemd has set `NOTIFY_SOCKET` (sd_notify(3), sd_watchdog_enabled(3)); else it
 * does nothing. The unit needs `NotifyAccess=all`.
 */
export class ServiceManager {
  readonly #deps: ServiceManagerDeps;
  #sender: Writable | undefined;
  #cancel: Cancel | undefined;
  #isReady = false;
  #hasStopped = false;

  constructor(deps: ServiceManagerDeps) {
    this.#deps = deps;
    const { NOTIFY_SOCKET: socket = '', PATH } = deps.env;
    if (socket !== '')
      this.#sender = this.#startSender({ NOTIFY_SOCKET: socket, ...(PATH !== undefined && { PATH }) });
  }

  /** Says that the start is over. From now on the watchdog is told that the event loop runs, until `stopping`. */
  ready(): void {
    this.#isReady = true;
    this.#send('READY=1');
    const every = watchdogIntervalOf(this.#deps);
    if (every !== undefined && this.#sender !== undefined) this.#pingEvery(every);
  }

  /** Says that a reload is under way, until it resolves. */
  async reloading(reload: () => Promise<void>): Promise<void> {
    // READY=1 would end the start, for which systemd waits longer than its watchdog does.
    if (!this.#isReady) return reload();
    this.#send('RELOADING=1');
    try {
      await reload();
    } finally {
      this.#send('READY=1');
    }
  }

  /** Says that the daemon stops. The last message. */
  stopping(): void {
    this.#hasStopped = true;
    this.#cancel?.();
    this.#send('STOPPING=1');
    this.#sender?.end();
  }

  /** From the event loop itself: one that hangs is silent, and is restarted. */
  #pingEvery(every: Millis): void {
    this.#cancel = this.#deps.clock.after(every, () => {
      this.#send('WATCHDOG=1');
      this.#pingEvery(every);
    });
  }

  /** What nobody takes does not pile up. */
  #send(message: string): void {
    const sender = this.#sender;
    if (sender?.writable === true && !sender.writableNeedDrain) sender.write(`${message}\n`);
  }

  #startSender(env: Readonly<Record<string, string>>): Writable {
    const { clock, logger } = this.#deps;
    const child = spawn('/bin/sh', ['-c', SENDER], { env, stdio: ['pipe', 'ignore', 'pipe'] });
    const missing = (error?: Error): void => {
      logger.warn(
        'systemd-notify is missing: systemd does not hear whether the daemon is ready or hangs',
        error === undefined ? {} : { error },
      );
    };
    child.once('error', missing).once('exit', (code) => {
      if (this.#hasStopped) return;
      if (code === NOT_FOUND) {
        missing();
        return;
      }
      logger.warn('the shell that talks to systemd has ended, and another one begins');
      clock.after(AGAIN, () => {
        if (!this.#hasStopped) this.#sender = this.#startSender(env);
      });
    });
    child.stderr.setEncoding('utf8').once('data', (reason: string) => {
      logger.warn('systemd-notify failed', { reason: reason.trim() });
    });
    // A sender that has ended takes nothing more.
    child.stdin.on('error', () => undefined);
    child.unref();
    for (const pipe of [child.stdin, child.stderr]) if (pipe instanceof Socket) pipe.unref();
    return child.stdin;
  }
}

/**
 * A third of the time after which the daemon is taken for hung, so that one message may be late.
 *
 * @returns undefined if there is no watchdog, or it is for another process
 */
function watchdogIntervalOf({ env, pid }: ServiceManagerDeps): Millis | undefined {
  const { WATCHDOG_USEC: timeout = '', WATCHDOG_PID: watched = '' } = env;
  if (watched !== '' && watched !== String(pid)) return undefined;
  const microseconds = Number(timeout);
  return microseconds > 0 && Number.isFinite(microseconds) ? microseconds / 1000 / 3 : undefined;
}
