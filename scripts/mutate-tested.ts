import { spawnSync } from 'node:child_process';
import type { Mutant, Verdict } from './instrument.js';
import { PURE_RULES } from './mutate-targets.js';

/** Seconds that the tests of one mutant may take, so that endless loops are noticed, too. */
const PATIENCE = 120;
/** Switches the mutant on whose number the environment has. */
const SWITCH = 'data:text/javascript,globalThis.mutant=(id)=>String(id)===process.env.MUTANT';

/** Tells of each mutant whether the tests of its rule find it. */
export function* judgedByTests(copy: string, mutants: readonly Mutant[]): Generator<Verdict> {
  for (const { rule, specs } of PURE_RULES) {
    const ofRule = mutants.filter((mutant) => mutant.rule === rule);
    if (ofRule.length > 0 && !passes(copy, specs, undefined))
      throw new Error(`the tests of ${rule} fail without any change`);
    for (const mutant of ofRule)
      yield { mutant, verdict: passes(copy, specs, mutant) ? 'survived' : 'found' };
  }
}

function passes(copy: string, specs: readonly string[], mutant: Mutant | undefined): boolean {
  const mocha = ['node_modules/mocha/bin/mocha.js', '--no-config', '--no-package'];
  const args = [
    '--import',
    './scripts/typescript.js',
    '--import',
    SWITCH,
    ...mocha,
    '--bail',
    '--exit',
    '--timeout',
    '20000',
  ];
  const run = spawnSync(process.execPath, [...args, ...specs], {
    cwd: copy,
    stdio: 'ignore',
    timeout: PATIENCE * 1000,
    env: { ...process.env, RUNS: '20', MUTANT: String(mutant?.id) },
  });
  return run.status === 0;
}
