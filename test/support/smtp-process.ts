import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Certificate } from './certificate.js';
import { eventually } from './eventually.js';

/** A received mail. */
export interface ReceivedMail {
  readonly sender: string;
  readonly recipients: readonly string[];
  /** Head and body, unchanged. */
  readonly content: string;
  readonly encrypted: boolean;
  readonly authenticated: boolean;
}

export interface SmtpBehaviour {
  /** The required `name:password`. */
  readonly login?: string;
  /** The replies to single recipients. */
  readonly refuse?: Readonly<Record<string, string>>;
  /** The reply to every mail. */
  readonly refuseMail?: string;
  readonly startTls?: Certificate['files'];
  readonly tls?: Certificate['files'];
}

/** A real SMTP server, Debian's aiosmtpd, on a free port of the loopback. */
export class SmtpProcess {
  readonly mails: ReceivedMail[] = [];
  /** The received names and passwords. */
  readonly logins: string[] = [];
  readonly #child: ChildProcess;
  #port: number | undefined;
  #said = '';

  private constructor(behaviour: SmtpBehaviour) {
    const child = spawn('/usr/bin/python3', ['test/support/smtp-server.py', ...flagsOf(behaviour)], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#child = child;
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#said += text));
    createInterface(child.stdout).on('line', (line) => {
      this.#heard(line);
    });
  }

  static async start(behaviour: SmtpBehaviour = {}): Promise<SmtpProcess> {
    const smtp = new SmtpProcess(behaviour);
    await eventually(() => {
      if (smtp.#child.exitCode !== null) {
        throw new Error(`the tests need python3-aiosmtpd: scripts/tools-for-tests\n${smtp.#said}`);
      }
      return smtp.port;
    });
    return smtp;
  }

  get port(): number {
    if (this.#port === undefined) throw new Error('the SMTP server has not started yet');
    return this.#port;
  }

  get url(): string {
    return `smtp://127.0.0.1:${this.port}`;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGKILL');
    await ended;
  }

  #heard(line: string): void {
    const said = JSON.parse(line) as ReceivedMail & { readonly port?: number; readonly login?: string };
    if (said.port !== undefined) this.#port = said.port;
    else if (said.login !== undefined) this.logins.push(said.login);
    else this.mails.push(said);
  }
}

function flagsOf({ login, refuse = {}, refuseMail, startTls, tls }: SmtpBehaviour): string[] {
  return [
    ...(login === undefined ? [] : ['--login', login]),
    ...Object.entries(refuse).flatMap(([address, reply]) => ['--refuse', address, reply]),
    ...(refuseMail === undefined ? [] : ['--refuse-mail', refuseMail]),
    ...(startTls === undefined ? [] : ['--starttls', startTls.certificate, startTls.key]),
    ...(tls === undefined ? [] : ['--tls', tls.certificate, tls.key]),
  ];
}
