import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { NodemailerError, SMTPSentMessageInfo, SendMailOptions } from 'nodemailer';
import { NotifyError } from '../../../ports/channel.js';
import { Redaction } from '../redaction.js';
import { guardedLookup } from '../http/guarded-lookup.js';
import { needs } from '../../optional-package.js';
import { reasonOf } from '../http/reason.js';
import type { ChannelTools } from '../kind.js';
import type { Secret } from '../secret.js';
import { withoutBrackets } from '../../../domain/loopback.js';

/** `offered`: encrypted if the server offers it. */
export type StartTls = 'required' | 'offered' | 'never';

/** The most characters of a refusal that are shown. */
const SHOWN = 200;
/** A failure of these commands says nothing about the mail or its sender. */
const GREETINGS = ['CONN', 'EHLO', 'HELO', 'STARTTLS'];

/** Sends mails to one server, each on a connection of its own. */
export class Smtp {
  readonly #url: URL;
  readonly #startTls: StartTls;
  readonly #tools: Pick<ChannelTools, 'policy' | 'names' | 'guard' | 'ca'>;
  readonly #redaction: Redaction;
  readonly #sockets = new Set<Socket>();

  /** @param startTls for `smtp:` URLs; default `required` if a password would be sent */
  constructor(
    url: Secret,
    startTls: StartTls | undefined,
    tools: Pick<ChannelTools, 'policy' | 'names' | 'guard' | 'ca'>,
  ) {
    this.#url = new URL(url.reveal());
    this.#startTls = startTls ?? (this.#url.password === '' ? 'offered' : 'required');
    this.#tools = tools;
    this.#redaction = new Redaction([url]);
  }

  /** Loads the mail library: a daemon that sends no mail does without its memory. */
  async prepare(): Promise<void> {
    await loadNodemailer();
  }

  /** @throws NotifyError unless the server accepts it for at least one recipient */
  async send(mail: SendMailOptions, signal: AbortSignal): Promise<SMTPSentMessageInfo> {
    const { hostname, username, password } = this.#url;
    const secure = this.#url.protocol === 'smtps:';
    const { createTransport } = await loadNodemailer();
    try {
      // Nodemailer would look the name up itself, without the SSRF guard.
      const connection = await this.#connect(Number(this.#url.port) || (secure ? 465 : 587), signal);
      const transport = createTransport({
        host: bare(hostname),
        connection,
        secure,
        requireTLS: !secure && this.#startTls === 'required',
        ignoreTLS: this.#startTls === 'never',
        ...(username !== '' && {
          auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) },
        }),
        ...(this.#tools.ca !== undefined && { tls: { ca: this.#tools.ca } }),
        greetingTimeout: this.#tools.policy.attemptTimeout,
        socketTimeout: this.#tools.policy.attemptTimeout,
        disableFileAccess: true,
        disableUrlAccess: true,
      });
      return await transport.sendMail({ ...mail, signal });
    } catch (error) {
      throw this.refusal(error);
    }
  }

  /** Classifies an error of Nodemailer or of the connection. */
  refusal(error: unknown): NotifyError {
    const { code, command, response, responseCode, message } = error as Partial<NodemailerError>;
    const where = `${this.#url.protocol}//${this.#url.host}`;
    if (code === 'ETLS') {
      const advice = this.#startTls === 'required' ? '; starttls: never sends all of it in the clear' : '';
      return new NotifyError(`cannot encrypt to ${where}: ${this.#shown(message ?? code)}${advice}`);
    }
    if (response !== undefined && responseCode !== undefined) {
      // 503 says that the session went wrong, not the mail.
      const isFinal = responseCode >= 500 && responseCode !== 503 && !GREETINGS.includes(command ?? '');
      return new NotifyError(`answered ${this.#shown(response)}`, { permanent: isFinal });
    }
    if (code === 'EMESSAGE' || code === 'EENVELOPE' || code === 'EAUTH') {
      return new NotifyError(this.#shown(message ?? code), { permanent: true });
    }
    return new NotifyError(`cannot reach ${where}: ${this.#shown(reason(error))}`);
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async #connect(port: number, signal: AbortSignal): Promise<Socket> {
    const { names, guard } = this.#tools;
    const socket = connect({
      host: bare(this.#url.hostname),
      port,
      lookup: guardedLookup(names, guard),
      signal,
    });
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    // Whoever uses the connection gets the error. Later ones are of no interest.
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    return socket;
  }

  #shown(text: string): string {
    const shown = this.#redaction.conceal(text).replaceAll(/\s+/g, ' ').trim();
    return shown.length > SHOWN ? `${shown.slice(0, SHOWN)}…` : shown;
  }
}

function loadNodemailer() {
  return import('nodemailer').catch(needs('nodemailer'));
}

/** An IPv6 address has brackets in a URL, and nowhere else. */
function bare(hostname: string): string {
  return withoutBrackets(hostname);
}

/** Nodemailer hides the system's code, which says more, behind its own; of certificates its message says most. */
function reason(error: unknown): string {
  const { originalCode, message } = error as Partial<NodemailerError>;
  if (originalCode === undefined) return reasonOf(error);
  const known = reasonOf(Object.assign(new Error(), { code: originalCode }));
  return known === originalCode ? (message ?? known) : known;
}
