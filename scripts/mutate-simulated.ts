import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Mutant, Verdict } from './instrument.js';

/** Seconds without a verdict, after which a mutant counts as found: an endless loop. */
const PATIENCE = 600;

/** Tells of each mutant whether the simulator finds it. It is started anew only where a mutant ends it. */
export async function* judgedBySimulator(copy: string, mutants: readonly Mutant[]): AsyncGenerator<Verdict> {
  for (let next = 1; next <= mutants.length;) {
    for await (const verdict of judgedFrom(copy, mutants, next)) {
      next = verdict.mutant.id + 1;
      yield verdict;
    }
  }
}

/** Ends with the mutant that ends the simulator. */
async function* judgedFrom(copy: string, mutants: readonly Mutant[], first: number): AsyncGenerator<Verdict> {
  const args = [
    '--import',
    './scripts/typescript.js',
    'test/simulation/judge.ts',
    String(first),
    String(mutants.length),
  ];
  const child = spawn(process.execPath, args, { cwd: copy, stdio: ['ignore', 'pipe', 'inherit'] });
  let under: Mutant | undefined;
  let isBegun = false;
  let timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE * 1000);
  const ended = new Promise<number | null>((done) => child.once('exit', done));
  for await (const line of createInterface({ input: child.stdout })) {
    clearTimeout(timer);
    timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE * 1000);
    const id = parseInt(line, 10);
    const verdict = line.slice(String(id).length + 1);
    const mutant = mutants[id - 1];
    if (mutant === undefined) continue;
    isBegun = true;
    under = verdict === 'begun' ? mutant : undefined;
    if (under === undefined) yield { mutant, verdict };
  }
  clearTimeout(timer);
  const code = await ended;
  if (!isBegun)
    throw new Error(`the simulator does not run without any change: it ended with ${String(code)}`);
  const how = code === null ? 'it does not end' : 'the process ended';
  if (under !== undefined) yield { mutant: under, verdict: `found: ${how}` };
}
