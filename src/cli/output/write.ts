import { once } from 'node:events';
import { Writable } from 'node:stream';

/**
 * Writes a part of what has no end, and waits for whoever reads it: nothing piles up in this process.
 *
 * @throws the AbortError of the signal, if that is aborted meanwhile
 */
export async function writePart(
  output: { write(text: string): unknown },
  text: string,
  signal: AbortSignal,
): Promise<void> {
  if (output.write(text) === false && output instanceof Writable) await once(output, 'drain', { signal });
}
