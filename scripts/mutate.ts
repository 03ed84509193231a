import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { instrumented, type Mutant } from './instrument.js';
import { judgedBySimulator } from './mutate-simulated.js';
import { PURE_RULES, SIMULATED_RULES } from './mutate-targets.js';
import { judgedByTests } from './mutate-tested.js';

/*
 * Changes one operator or constant of a rule at a time, and prints whether the tests of that rule notice it. It works
 * in a copy, which holds all changes, switched by number. `npm run mutate`; `npm run mutate -- breaker` for files with
 * that in their path; `npm run mutate -- --judge simulator` for what the simulator notices.
 */

const args = process.argv.slice(2);
const isSimulated = args[0] === '--judge' && args[1] === 'simulator';
const wanted = args[isSimulated ? 2 : 0] ?? '';
const all = isSimulated ? SIMULATED_RULES : PURE_RULES.map(({ rule }) => rule);
await mutate(all.filter((rule) => rule.includes(wanted)));

async function mutate(rules: readonly string[]): Promise<void> {
  const copy = mkdtempSync(join(tmpdir(), 'heartbeat-mutate-'));
  const counts = { found: 0, survived: 0 };
  try {
    const mutants = instrumentedCopy(copy, rules);
    const judged = isSimulated ? judgedBySimulator : judgedByTests;
    for await (const { mutant, verdict } of judged(copy, mutants)) {
      if (verdict.startsWith('found')) counts.found++;
      if (verdict.startsWith('survived')) counts.survived++;
      const { rule, line, from, to } = mutant;
      process.stdout.write(`${rule}:${String(line)}: ${from} became ${to}: ${verdict}\n`);
    }
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
  process.stdout.write(`found: ${String(counts.found)}, survived: ${String(counts.survived)}\n`);
}

function instrumentedCopy(copy: string, rules: readonly string[]): readonly Mutant[] {
  for (const part of ['src', 'actors', 'test', 'scripts', 'docs', 'package.json', 'tsconfig.json'])
    cpSync(part, join(copy, part), { recursive: true });
  symlinkSync(resolve('node_modules'), join(copy, 'node_modules'));
  const mutants: Mutant[] = [];
  for (const rule of rules) {
    const made = instrumented(rule, readFileSync(rule, 'utf8'), mutants.length + 1);
    writeFileSync(join(copy, rule), made.text);
    mutants.push(...made.mutants);
  }
  return mutants;
}
