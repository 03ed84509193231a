import { probeCommand } from './command.js';
import { probeHttp } from './http.js';
import { probeTcp } from './tcp.js';
import { type Millis, toSeconds } from '../../../domain/time.js';

/**
 * How to find out whether a node is well. A function passes unless it throws or answers false; of the others each passes
 * by what it is told of.
 */
export type Probe =
  | ((signal: AbortSignal) => unknown)
  /** By its status; any 2xx if none is given. Redirects are not followed. */
  | { readonly http: string; readonly status?: number | readonly number[] }
  /** By taking a connection, as `db-1:5432` or `[::1]:5432`. */
  | { readonly tcp: string }
  /** By its exit code, 0 if none is given. A text goes to a shell; a list is run as it is. */
  | { readonly command: string | readonly string[]; readonly exitCode?: number };

/**
 * Runs a probe, for no longer than its deadline: what it says later counts no more.
 *
 * @returns why the node is not well, or undefined when it is
 */
export async function runProbe(probe: Probe, deadlineMs: Millis): Promise<string | undefined> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => {
      resolve(`no answer within ${toSeconds(deadlineMs)} s`);
      controller.abort();
    }, deadlineMs);
  });
  try {
    return await Promise.race([probed(probe, controller.signal), late]);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    clearTimeout(timer);
    controller.abort();
  }
}

async function probed(probe: Probe, signal: AbortSignal): Promise<string | undefined> {
  if (typeof probe === 'function') return (await probe(signal)) === false ? 'it answered false' : undefined;
  if ('http' in probe) return probeHttp(probe.http, probe.status, signal);
  if ('tcp' in probe) return probeTcp(probe.tcp, signal);
  return probeCommand(probe.command, probe.exitCode ?? 0, signal);
}
