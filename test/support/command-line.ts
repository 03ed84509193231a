import { runProgram } from '../../src/cli/program.js';

export interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Plan {
  readonly env?: Readonly<Record<string, string>>;
  /** The columns of the terminal; in a pipe if there are none. */
  readonly terminal?: number;
}

/** Runs a command in this process. It sees no variables but these, and no profile of whoever runs the tests. */
export async function commandLine(args: readonly string[], { env = {}, terminal }: Plan = {}): Promise<Said> {
  let [stdout, stderr] = ['', ''];
  process.exitCode = undefined;
  await runProgram(args, {
    env: { XDG_CONFIG_HOME: '/no/such/directory', ...env },
    stdout: {
      write: (text) => (stdout += text),
      ...(terminal !== undefined && { isTTY: true, columns: terminal }),
    },
    stderr: { write: (text) => (stderr += text) },
    version: '1.2.3',
    mainPath: '',
    startDaemon: () => Promise.resolve(),
  });
  const code = exitCode();
  process.exitCode = undefined;
  return { code, stdout, stderr };
}

/** What the command has set. The compiler does not see that it did. */
function exitCode(): number {
  return Number(process.exitCode ?? 0);
}
