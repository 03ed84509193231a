import { NotifyError } from '../../../ports/channel.js';
import { ConnectError, reasonOf } from '../http/reason.js';

/**
 * The reasons that another attempt would not change: the credentials, the client's id, the topic or the form is not
 * accepted. https://docs.oasis-open.org/mqtt/mqtt/v5.0/os/mqtt-v5.0-os.html#_Toc3901031
 */
const FINAL: readonly number[] = [0x81, 0x82, 0x84, 0x85, 0x86, 0x87, 0x8a, 0x8c, 0x90, 0x99, 0x9a, 0x9b];
/** The same in the answer of MQTT 3.1.1 to a connection. */
const FINAL_OF_CONNECTION: readonly number[] = [1, 2, 4, 5];

/** Why the broker did not acknowledge a message. @param broker its origin */
export function refusalOf(error: unknown, broker: string): NotifyError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (error instanceof Error && typeof code === 'number') {
    return new NotifyError(`the broker refuses it: ${error.message}`, {
      permanent: FINAL.includes(code) || FINAL_OF_CONNECTION.includes(code),
    });
  }
  // What the client itself says: what came was no packet, or none came.
  if (error instanceof Error && code === undefined && !(error instanceof ConnectError))
    return new NotifyError(`no connection to ${broker}: ${error.message}`);
  return new NotifyError(`cannot reach ${broker}: ${reasonOf(error)}`);
}

/** The broker ends the connection. @param code of a DISCONNECT packet */
export function disconnection(code: number | undefined): Error {
  const reason = code === undefined ? 'no reason' : `reason 0x${code.toString(16)}`;
  return Object.assign(new Error(`it ended the connection, ${reason}`), { code: code ?? 0 });
}
