import { runTool } from '../process/run-tool.js';

/** `SETEX` of a million random keys, a hundred per pipeline: the number that one process stores per second. */
export async function redisBenchmark(port: number, requests: number, signal: AbortSignal): Promise<number> {
  const pipeline = ['-P', '100', '-c', '50', '-n', String(requests), '-r', '1000000'];
  const args = ['-p', String(port), '-q', ...pipeline, 'SETEX', 'key:__rand_int__', '7', 'x'];
  return parseRedisBenchmark(await runTool({ command: 'redis-benchmark', args, signal }));
}

/**
 * It overwrites its figure on the same line, after a carriage return; the last one counts.
 *
 * @throws Error if the text is not the output of `redis-benchmark -q`
 */
export function parseRedisBenchmark(text: string): number {
  const perSecond = [...text.matchAll(/:\s+([\d.]+) requests per second/g)].at(-1)?.[1];
  if (perSecond === undefined) throw new Error(`redis-benchmark measured nothing: ${text}`);
  return Number(perSecond);
}
