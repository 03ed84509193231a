import { probeCommand } from './command.js';
import { probeHttp } from './http.js';
import { probeTcp } from './tcp.js';
import { type Millis, toSeconds } from '../../../domain/time.js';

/**
 * How to check a node. A function passes unless it throws or returns false.
 */
export type Probe =
  | ((signal: AbortSignal) => unknown)
  /** Passes with this status; any 2xx if none is given. Redirects are not followed. */
  | { readonly http: string; readonly status?: number | readonly number[] }
  /** Passes if it accepts a connection, such as `db-1:5432` or `[::1]:5432`. */
  | { readonly tcp: string }
  /** Passes with this exit code, 0 if none is given. A text is run by a shell; a list is run without one. */
  | { readonly command: string | readonly string[]; readonly exitCode?: number };

/**
 * Runs a probe until its deadline; a later result is ignored.
 *
 * @returns why it failed; undefined if it passed
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
