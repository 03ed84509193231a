import type { Probe, ProbeFindings } from '../domain/probe.js';
import { type Millis, toSeconds } from '../domain/time.js';
import { probeCommand } from './command.js';
import { probeDns } from './dns.js';
import { probeHttp } from './http.js';
import { type Network, type ProbeClock, ProbeRun } from './probe-run.js';
import { reasonOf } from './reasons.js';
import { probeTcp, probeTls } from './tcp.js';

/** The most characters of a reason: a certificate may have any number of names. */
const LONGEST_REASON = 500;

/**
 * Runs a probe until its deadline; what comes later is ignored.
 *
 * @param deadlineMs of the caller; a probe may have an earlier one
 */
export async function runProbe(
  probe: Probe,
  deadlineMs: Millis,
  clock: ProbeClock,
  network: Network = {},
): Promise<ProbeFindings> {
  const controller = new AbortController();
  const run = new ProbeRun(clock, network, controller.signal);
  const begun = clock.now();
  const within = Math.min(deadlineMs, maxMsOf(probe) ?? Infinity);
  let cancel = (): void => undefined;
  const late = new Promise<string>((resolve) => {
    cancel = clock.after(within, () => {
      resolve(`no answer within ${toSeconds(within)} s`);
      controller.abort();
    });
  });
  const reason = await Promise.race([problemOf(probe, run), late]).catch(reasonOf);
  cancel();
  controller.abort();
  const took = Math.max(0, clock.now() - begun);
  const { found, timings } = run;
  return { ...(reason !== undefined && { reason: shortened(reason) }), took, timings, ...found };
}

function maxMsOf(probe: Probe): Millis | undefined {
  return typeof probe === 'function' ? undefined : probe.expect?.max_ms;
}

async function problemOf(probe: Probe, run: ProbeRun): Promise<string | undefined> {
  if (typeof probe === 'function')
    return (await probe(run.signal)) === false ? 'it answered false' : undefined;
  if ('http' in probe) return probeHttp(probe, run);
  if ('tcp' in probe) return probeTcp(probe, run);
  if ('tls' in probe) return probeTls(probe, run);
  if ('dns' in probe) return probeDns(probe, run);
  return probeCommand(probe.command, probe.exit_code ?? 0, run.signal);
}

/** On one line, whatever the other side has sent. */
function shortened(reason: string): string {
  const line = reason.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
  const characters = Array.from(line);
  return characters.length > LONGEST_REASON ? `${characters.slice(0, LONGEST_REASON).join('')}…` : line;
}
