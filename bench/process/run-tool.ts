import { spawn } from 'node:child_process';

export interface ToolRun {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/**
 * Runs a measuring tool to its end. It is stopped by the signal, and when this process ends.
 *
 * @returns its standard output
 */
export async function runTool({ command, args, env, signal }: ToolRun): Promise<string> {
  signal.throwIfAborted();
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
    detached: true,
  });
  const kill = (): void => {
    child.kill('SIGKILL');
  };
  process.on('exit', kill);
  signal.addEventListener('abort', kill);
  try {
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    signal.throwIfAborted();
    if (code !== 0)
      throw new Error(`${command} ended with ${String(code)}: ${(stderr + stdout).trim().slice(0, 500)}`);
    return stdout;
  } finally {
    process.off('exit', kill);
    signal.removeEventListener('abort', kill);
  }
}
