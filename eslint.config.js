// What the linter checks beyond good TypeScript: time comes from the Clock port, nact is imported in one module, and
// casts are rare and explained. Rules that need types are in .oxlintrc.json. CONTRIBUTING.md ('Where to add what') and docs/decisions/0001-nact-is-imported-in-one-module.md
// say why.
import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const PRODUCT = ['src/**/*.ts', 'actors/**/*.ts'];
const TYPED = [...PRODUCT, 'test/**/*.ts', 'bench/**/*.ts', 'scripts/**/*.ts'];

const useTheClock =
  'Time goes through the Clock port (src/ports); only src/adapters/clock reads the real one.';
const NACT = { name: 'nact', message: 'Only src/runtime imports nact.' };

const TIMER_MODULES = ['node:timers', 'timers', 'node:timers/promises', 'timers/promises'].map((name) => ({
  name,
  message: useTheClock,
}));
const TIME_IMPORTS = [
  ...TIMER_MODULES,
  ...['node:process', 'process'].map((name) => ({
    name,
    importNames: ['hrtime', 'uptime'],
    message: useTheClock,
  })),
  ...['node:os', 'os'].map((name) => ({ name, importNames: ['uptime'], message: useTheClock })),
];
const TIME_PROPERTIES = [
  ['Date', 'now'],
  ['performance', 'now'],
  ['process', 'hrtime'],
  ['process', 'uptime'],
  ['os', 'uptime'],
].map(([object, property]) => ({ object, property, message: useTheClock }));
const TIME_SYNTAX = [
  { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: useTheClock },
  { selector: 'CallExpression[callee.name="Date"]', message: useTheClock },
  {
    selector: 'MemberExpression[property.name="now"][object.property.name=/^(Date|performance)$/]',
    message: useTheClock,
  },
];

/** Bare and as a property of `globalThis`. */
const noGlobals = (names, message) => [
  'error',
  { globals: names.map((name) => ({ name, message })), checkGlobalObject: true },
];
const noImports = (...paths) => ['error', { paths }];

/** A directive of either linter that turns a rule off names the rule and, after `--`, the reason. */
const explainedDisable = {
  meta: { type: 'suggestion', schema: [] },
  create: ({ sourceCode, report }) => ({
    Program() {
      for (const comment of sourceCode.getAllComments()) {
        const directive = /^\s*(?:es|ox)lint-disable(?:-next-line|-line)?(?![\w-])([\s\S]*)$/.exec(
          comment.value,
        )?.[1];
        if (directive === undefined) continue;
        const [rules = '', reason = ''] = directive.split(/\s-{2,}\s/);
        if (rules.trim() !== '' && reason.trim() !== '') continue;
        // A column of -1 lies before the directive, which would otherwise silence this very report.
        report({
          loc: { start: { line: comment.loc.start.line, column: -1 }, end: comment.loc.end },
          message: 'Name the rule and the reason: eslint-disable-next-line <rule> -- <why>, or oxlint-…',
        });
      }
    },
  }),
};

export default defineConfig(
  { ignores: ['dist/', 'coverage/', 'data/', 'web/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.{js,mjs,cjs}'],
    extends: [js.configs.recommended],
    // Node's own globals, asked of the Node that runs this.
    languageOptions: {
      globals: Object.fromEntries(Object.getOwnPropertyNames(globalThis).map((name) => [name, 'readonly'])),
    },
  },
  {
    files: ['**/*.cjs'],
    languageOptions: { sourceType: 'commonjs' },
  },
  {
    files: TYPED,
    extends: [js.configs.recommended, tseslint.configs.strict],
    plugins: { house: { rules: { 'explained-disable': explainedDisable } } },
    rules: {
      'house/explained-disable': 'error',
      eqeqeq: 'error',
      '@typescript-eslint/consistent-type-assertions': ['error', { assertionStyle: 'never' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-restricted-imports': noImports(NACT),
    },
  },

  // Each block below replaces the options of the one above it for the files it names.
  {
    files: PRODUCT,
    rules: {
      'no-console': 'error',
      'no-restricted-globals': noGlobals(['setTimeout', 'setInterval', 'setImmediate'], useTheClock),
      'no-restricted-imports': noImports(NACT, ...TIME_IMPORTS),
      'no-restricted-properties': ['error', ...TIME_PROPERTIES],
      'no-restricted-syntax': ['error', ...TIME_SYNTAX],
    },
  },
  {
    files: ['src/runtime/**/*.ts'],
    rules: {
      'no-restricted-globals': noGlobals(['setTimeout', 'setInterval'], useTheClock),
      'no-restricted-imports': noImports(...TIME_IMPORTS),
    },
  },
  {
    files: ['src/adapters/clock/**/*.ts', 'src/client/**/*.ts', 'src/cli/**/*.ts'],
    rules: {
      'no-restricted-globals': noGlobals(
        ['setImmediate'],
        'Only the clock and the runtime yield to the loop.',
      ),
      'no-restricted-imports': noImports(NACT),
      'no-restricted-properties': 'off',
      'no-restricted-syntax': 'off',
    },
  },
  { files: ['src/adapters/clock/**/*.ts'], rules: { 'no-restricted-globals': 'off' } },
  { files: ['src/cli/**/*.ts'], rules: { 'no-console': 'off' } },
  {
    // Where what comes from outside is given its type.
    files: ['src/{config,adapters,runtime}/**/*.ts', 'test/**/*.ts', 'bench/**/*.ts'],
    rules: { '@typescript-eslint/consistent-type-assertions': ['error', { assertionStyle: 'as' }] },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      'no-console': 'error',
      'no-restricted-globals': noGlobals(
        ['setTimeout'],
        'Tests never sleep: use the simulated clock, or eventually() from test/support.',
      ),
      'no-restricted-imports': noImports(NACT, ...TIMER_MODULES),
      // These fight chai (`expect(x).to.be.true`), and indexing into what was just asserted.
      '@typescript-eslint/no-unused-expressions': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  {
    files: ['test/{support,faults}/**/*.ts'],
    rules: { 'no-restricted-globals': 'off', 'no-restricted-imports': noImports(NACT) },
  },
  {
    // Express tells an error handler by its four parameters.
    files: ['examples/**/*.js'],
    rules: { 'no-unused-vars': ['error', { argsIgnorePattern: '^_' }] },
  },
  {
    // Compiled and never run: what stands there stands for its type.
    files: ['test/types/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unused-vars': 'off',
    },
  },
  prettier,
);
