import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { instrumented, type Mutant } from './instrument.js';

/*
 * Changes one operator or constant at a time in what keeps the promises, with the simulator as the only judge. One copy
 * holds all changes, switched by number. `npm run mutate -- --judge simulator`, and part of a path for fewer files.
 */

const RULES = [
  'actors/user/user.machine.ts',
  'actors/node/node.machine.ts',
  'actors/node/heartbeat-rules.ts',
  'actors/node/missed-heartbeats.ts',
  'actors/history/backlog.ts',
  'actors/history/commit.ts',
  'actors/history/group-commit.ts',
  'actors/history/intake.ts',
  'actors/user/recover.ts',
  'src/domain/recovery.ts',
  'src/domain/blindness.ts',
];

/** Seconds without a verdict, after which a mutant counts as found: an endless loop. */
const PATIENCE = 600;

export async function mutateSimulated(wanted: string): Promise<void> {
  const copy = mkdtempSync(join(tmpdir(), 'heartbeat-mutate-'));
  try {
    for (const part of ['src', 'actors', 'test', 'scripts', 'docs', 'package.json', 'tsconfig.json'])
      cpSync(part, join(copy, part), { recursive: true });
    symlinkSync(resolve('node_modules'), join(copy, 'node_modules'));
    const mutants: Mutant[] = [];
    for (const rule of RULES.filter((path) => path.includes(wanted))) {
      const made = instrumented(rule, readFileSync(rule, 'utf8'), mutants.length + 1);
      writeFileSync(join(copy, rule), made.text);
      mutants.push(...made.mutants);
    }
    for (let next = 1; next <= mutants.length;) next = await judge(copy, mutants, next);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** @returns the first mutant that has no verdict yet */
async function judge(copy: string, mutants: readonly Mutant[], first: number): Promise<number> {
  const args = [
    '--import',
    './scripts/typescript.js',
    'test/simulation/judge.ts',
    String(first),
    String(mutants.length),
  ];
  const child = spawn(process.execPath, args, { cwd: copy, stdio: ['ignore', 'pipe', 'inherit'] });
  let next = first;
  let begun = 0;
  let timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE * 1000);
  const ended = new Promise<number | null>((done) => child.once('exit', done));
  for await (const line of createInterface({ input: child.stdout })) {
    clearTimeout(timer);
    timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE * 1000);
    const id = parseInt(line, 10);
    const verdict = line.slice(String(id).length + 1);
    if (verdict === 'begun') begun = id;
    else {
      tell(mutants[id - 1], verdict);
      next = id + 1;
    }
  }
  clearTimeout(timer);
  const code = await ended;
  if (begun === 0)
    throw new Error(`the simulator does not run without any change: it ended with ${String(code)}`);
  if (begun < next) return next;
  tell(mutants[begun - 1], code === null ? 'found: it does not end' : 'found: the process ended');
  return begun + 1;
}

function tell(mutant: Mutant | undefined, verdict: string): void {
  if (mutant === undefined) return;
  const { rule, line, from, to } = mutant;
  process.stdout.write(`${rule}:${String(line)}: ${from} became ${to}: ${verdict}\n`);
}
