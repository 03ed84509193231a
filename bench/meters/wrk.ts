import { fileURLToPath } from 'node:url';

import { cpuMicroseconds } from '../process/cpu.js';
import { runTool } from '../process/run-tool.js';

/** The result of one run of wrk. */
export interface WrkFigures {
  readonly requests: number;
  /** Of successful requests. */
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Answers with a status other than 2xx and 3xx, and failed connections. */
  readonly errors: number;
}

export interface WrkRun {
  readonly url: string;
  /** One of `bench/peers/*.lua`. If absent, every request is a GET of the address itself. */
  readonly script?: 'heal' | 'checkup';
  /** The number of users from which the script draws. */
  readonly users?: number;
  /** A file of bearer tokens: a line per user, or one line for all. */
  readonly bearers?: string | undefined;
  /** A file of ids: a line per user. If absent, they are numbered from 1. */
  readonly ids?: string;
  readonly connections: number;
  readonly seconds: number;
  readonly signal: AbortSignal;
}

const LONGEST_WARM_UP_S = 600;

/** Closed loop on one thread: each connection sends its next request after the answer to the last one. */
async function wrk({
  url,
  script,
  users = 1,
  bearers,
  ids,
  connections,
  seconds,
  signal,
}: WrkRun): Promise<WrkFigures> {
  const args = ['-t1', `-c${String(connections)}`, `-d${String(seconds)}s`, '--latency'];
  const scripted = script === undefined ? [] : ['-s', scriptPath(script)];
  const env = { ...environment(users, bearers), ...(ids !== undefined && { IDS: ids }) };
  return parseWrk(await runTool({ command: 'wrk', args: [...args, ...scripted, url], env, signal }));
}

/** Also measures the CPU time that the servers behind the address used per request, in microseconds. */
export async function wrkWithCpu(
  run: WrkRun,
  pids: readonly number[],
): Promise<WrkFigures & { readonly cpuUs: number }> {
  const before = cpuMicroseconds(pids);
  const figures = await wrk(run);
  return { ...figures, cpuUs: (cpuMicroseconds(pids) - before) / figures.requests };
}

/** Heals each user once. */
export async function warmUp(
  url: string,
  users: number,
  signal: AbortSignal,
  bearers?: string,
): Promise<void> {
  const args = ['-t1', '-c64', `-d${String(LONGEST_WARM_UP_S)}s`, '-s', scriptPath('warm'), url];
  await runTool({ command: 'wrk', args, env: environment(users, bearers), signal });
}

function environment(users: number, bearers: string | undefined): Record<string, string> {
  return { USERS: String(users), ...(bearers !== undefined && { BEARERS: bearers }) };
}

function scriptPath(name: string): string {
  return fileURLToPath(new URL(`../peers/${name}.lua`, import.meta.url));
}

/** @throws Error if the text is not the output of wrk, or wrk got no answer */
export function parseWrk(text: string): WrkFigures {
  const requests = Number(/(\d+) requests in /.exec(text)?.[1] ?? NaN);
  const perSecond = Number(/^Requests\/sec:\s+([\d.]+)$/m.exec(text)?.[1] ?? NaN);
  const p50Ms = milliseconds(/^\s+50%\s+(\S+)\s*$/m.exec(text)?.[1]);
  const p99Ms = milliseconds(/^\s+99%\s+(\S+)\s*$/m.exec(text)?.[1]);
  if (!(requests > 0) || Number.isNaN(perSecond + p50Ms + p99Ms))
    throw new Error(`wrk measured nothing: ${text}`);
  const sockets =
    /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(text)?.slice(1) ?? [];
  const statuses = Number(/Non-2xx or 3xx responses: (\d+)/.exec(text)?.[1] ?? 0);
  const errors = sockets.reduce((total, count) => total + Number(count), statuses);
  return { requests, perSecond: perSecond * (1 - statuses / requests), p50Ms, p99Ms, errors };
}

const MILLISECONDS: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1_000, m: 60_000 };

function milliseconds(text = ''): number {
  const [, value, unit = ''] = /^([\d.]+)(us|ms|s|m)$/.exec(text) ?? [];
  return Number(value ?? NaN) * (MILLISECONDS[unit] ?? NaN);
}
