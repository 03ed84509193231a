import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import ts from 'typescript';
import { mutateSimulated } from './mutate-simulated.js';
import { SWAPS } from './mutate-swaps.js';
import { PURE_RULES } from './mutate-targets.js';

/*
 * Changes one operator or constant of a pure rule at a time, and runs the tests of that rule. Prints changes that no
 * test notices. It works in a copy. `npm run mutate`; `npm run mutate -- breaker` for files with that in their path;
 * `npm run mutate -- --judge simulator` for what the simulator notices.
 */

/** Seconds that the tests of one mutant may take, so that endless loops are noticed, too. */
const PATIENCE = 120;

interface Mutant {
  readonly from: number;
  readonly to: number;
  readonly text: string;
  readonly line: number;
}

function mutantsOf(source: string): Mutant[] {
  const file = ts.createSourceFile('rule.ts', source, ts.ScriptTarget.Latest, true);
  const found: Mutant[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return;
    const text = SWAPS.get(node.kind);
    if (text !== undefined) {
      const from = node.getStart(file);
      found.push({
        from,
        to: node.getEnd(),
        text,
        line: file.getLineAndCharacterOfPosition(from).line + 1,
      });
    }
    // Operators are among the children only as tokens.
    for (const child of node.getChildren(file)) visit(child);
  };
  visit(file);
  return found;
}

function passes(directory: string, specs: readonly string[]): boolean {
  const mocha = [
    '--import',
    './scripts/typescript.js',
    'node_modules/mocha/bin/mocha.js',
    '--no-config',
    '--no-package',
  ];
  const options = ['--bail', '--exit', '--timeout', '20000'];
  const run = spawnSync(process.execPath, [...mocha, ...options, ...specs], {
    cwd: directory,
    stdio: 'ignore',
    timeout: PATIENCE * 1000,
    env: { ...process.env, RUNS: '20' },
  });
  return run.status === 0;
}

const args = process.argv.slice(2);
const isSimulated = args[0] === '--judge' && args[1] === 'simulator';
if (isSimulated) await mutateSimulated(args[2] ?? '');
else mutate(args[0] ?? '');

function mutate(wanted: string): void {
  const copy = mkdtempSync(join(tmpdir(), 'heartbeat-mutate-'));
  let [count, survivors] = [0, 0];
  try {
    for (const part of ['src', 'actors', 'test', 'scripts', 'docs', 'package.json', 'tsconfig.json'])
      cpSync(part, join(copy, part), { recursive: true });
    symlinkSync(resolve('node_modules'), join(copy, 'node_modules'));
    for (const { rule, specs } of PURE_RULES.filter((target) => target.rule.includes(wanted))) {
      const source = readFileSync(rule, 'utf8');
      if (!passes(copy, specs)) throw new Error(`the tests of ${rule} fail without any change`);
      for (const { from, to, text, line } of mutantsOf(source)) {
        count++;
        writeFileSync(join(copy, rule), source.slice(0, from) + text + source.slice(to));
        if (!passes(copy, specs)) continue;
        survivors++;
        process.stdout.write(`${rule}:${String(line)}: ${source.slice(from, to)} became ${text}\n`);
      }
      writeFileSync(join(copy, rule), source);
    }
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
  process.stdout.write(`${String(survivors)} of ${String(count)} mutants survived\n`);
}
