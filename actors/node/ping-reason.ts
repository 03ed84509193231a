import type { Ping } from '../../src/domain/ping.js';

/** The most characters of a body in an alert: the sentence holds all of them. The end says what went wrong. */
const SHOWN = 250;

/** Why a job has failed, by its ping: its exit status, and the end of what is kept of the body. */
export function reasonOf({ exitStatus, body }: Pick<Ping, 'exitStatus' | 'body'>): string | undefined {
  const text = new TextDecoder().decode(body).trim();
  const end = text.length > SHOWN ? `…${text.slice(-SHOWN)}` : text;
  const status = exitStatus === undefined ? '' : `exit status ${exitStatus}`;
  return [status, end].filter((part) => part !== '').join(': ') || undefined;
}
