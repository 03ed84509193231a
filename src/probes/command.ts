import { spawn } from 'node:child_process';

export async function probeCommand(
  command: string | readonly string[],
  expected: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  const [program = '', ...given] = typeof command === 'string' ? ['/bin/sh', '-c', command] : command;
  // A group of its own, so that what it has started ends with it.
  const child = spawn(program, given, { stdio: 'ignore', detached: true });
  const end = (): void => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has just ended.
    }
  };
  signal.addEventListener('abort', end, { once: true });
  return new Promise((resolve, reject) => {
    child.once('error', reject).once('exit', (code, killedBy) => {
      signal.removeEventListener('abort', end);
      if (code === expected) resolve(undefined);
      else resolve(code === null ? `it was ended by ${String(killedBy)}` : `it exited with ${code}`);
    });
  });
}
