import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface TemporaryDirectory {
  readonly path: string;
  /** Removes it with its content. Idempotent. */
  remove(): Promise<void>;
}

export async function temporaryDirectory(): Promise<TemporaryDirectory> {
  const made = await mkdtemp(path.join(tmpdir(), 'heartbeat-test-'));
  return { path: made, remove: () => rm(made, { recursive: true, force: true }) };
}
