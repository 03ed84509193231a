import { TIMEOUT } from './loads/nodes.js';

/** Long enough for clients on a busy machine to come back after a restart. */
export const SESSION_TIMEOUT_MS = 15_000;

/** The configuration after so many reloads, of a run of so many hours. */
export function configured(receiver: string, reloads: number, hours: number): object {
  const others = reloads % 2 === 0 ? {} : { second: { kind: 'log', events: [] } };
  const retry = { min_delay: 0.5, max_delay: 5 };
  return {
    session_timeout: SESSION_TIMEOUT_MS / 1000,
    // A long run must not fill the disk: its parts are judged within an hour.
    ...(hours > 2 && { history: { retention: 2 * 3_600 } }),
    nodes: { timeout: TIMEOUT, max_retries: 0 },
    alerts: { mass_failure: { at_least: 1_000_000 } },
    probes: { allow: ['127.0.0.0/8'] },
    channels: { ops: { kind: 'webhook', url: receiver, attempt_timeout: 3, retry }, ...others },
  };
}
