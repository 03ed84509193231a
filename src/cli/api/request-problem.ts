import { KEY_VARIABLE } from '../../config/client-variables.js';
import { HeartbeatRequestError, systemCodeOf, TIMEOUT, UNREACHABLE } from '../../client/api/request-error.js';
import { printable } from '../output/printable.js';

/** What to do next, by the code of the error. */
const NEXT: Readonly<Record<string, string>> = {
  [UNREACHABLE]:
    'Is it running there? "heartbeat start" starts one; --url, HEARTBEAT_URL and --profile name another.',
  [TIMEOUT]: 'Is it the address of a daemon? If it is overloaded, try again later.',
  HEARTBEAT_CLIENT_UNEXPECTED: 'Does --url name a daemon, and not something else or a proxy before it?',
  HEARTBEAT_UNAUTHORIZED: `Set ${KEY_VARIABLE}, or put the key into a profile. "heartbeat keys new" makes one.`,
  HEARTBEAT_FORBIDDEN: 'Use a key with another scope: docs/cli.md says which one each command needs.',
  HEARTBEAT_UNKNOWN_NODE: '"heartbeat nodes" lists those that there are.',
  HEARTBEAT_NO_SUCH_ALERT: '"heartbeat alerts" lists those that there are.',
  HEARTBEAT_NO_SUCH_SILENCE: '"heartbeat silences" lists those that there are.',
  HEARTBEAT_NOT_FAILED: 'Only a failure can be acknowledged. "heartbeat node NAME" shows the state.',
  HEARTBEAT_NOT_DEAD: '"heartbeat alerts --state dead" lists what can be delivered again.',
  HEARTBEAT_INVALID_USER_ID: 'It is an integer, or with user_ids: text any text of 1 to 255 bytes.',
  HEARTBEAT_MISDIRECTED: 'Use the name by which the daemon is configured, or add this one to allowed_hosts.',
};

/** Of certificates that Node does not trust. */
const OF_CERTIFICATES =
  /^(?:DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|CERT_|ERR_TLS_CERT)/;

/** What has failed, whatever it is, and what to do next if that is known: a line each, for standard error. */
export function problemText(error: unknown): string {
  if (error instanceof HeartbeatRequestError) return requestProblem(error);
  return printable(`heartbeat: ${error instanceof Error ? error.message : String(error)}\n`);
}

/** A call has failed. */
function requestProblem(error: HeartbeatRequestError): string {
  const { message, code, retryAfter, requestId } = error;
  const next = nextStep(error);
  return printable(
    [
      `heartbeat: ${message}`,
      ...(retryAfter === undefined ? [] : [`  Try again in ${retryAfter} s.`]),
      ...(next === undefined ? [] : [`  ${next}`]),
      ...(code === 'HEARTBEAT_INTERNAL' && requestId !== undefined
        ? [`  The daemon's log tells more of the request ${requestId}.`]
        : []),
    ]
      .map((line) => `${line}\n`)
      .join(''),
  );
}

function nextStep(error: HeartbeatRequestError): string | undefined {
  if (error.code === UNREACHABLE && OF_CERTIFICATES.test(systemCodeOf(error.cause)))
    return 'Node does not trust its certificate: name that of its authority in NODE_EXTRA_CA_CERTS, and use the name on it.';
  // Of no such call. A message of its own says more.
  if (error.code === 'HEARTBEAT_NOT_FOUND' && error.message === 'not found')
    return `There is no ${error.call} at this URL. Is its path right, and the daemon no older than this command?`;
  return Object.hasOwn(NEXT, error.code) ? NEXT[error.code] : undefined;
}
