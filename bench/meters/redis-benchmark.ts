import { runTool } from '../process/run-tool.js';

/** `SETEX` of a million keys at random, a hundred in a pipeline: how many a second one process stores. */
export async function redisBenchmark(port: number, requests: number, signal: AbortSignal): Promise<number> {
  const pipeline = ['-P', '100', '-c', '50', '-n', String(requests), '-r', '1000000'];
  const args = ['-p', String(port), '-q', ...pipeline, 'SETEX', 'key:__rand_int__', '7', 'x'];
  return parseRedisBenchmark(await runTool({ command: 'redis-benchmark', args, signal }));
}

/**
 * Its figures so far come on the same line, each behind a carriage return; the last one counts.
 *
 * @throws Error when the text is not what `redis-benchmark -q` prints
 */
export function parseRedisBenchmark(text: string): number {
  const perSecond = [...text.matchAll(/:\s+([\d.]+) requests per second/g)].at(-1)?.[1];
  if (perSecond === undefined) throw new Error(`redis-benchmark measured nothing: ${text}`);
  return Number(perSecond);
}
