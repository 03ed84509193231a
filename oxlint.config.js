// What the linter checks beyond good TypeScript: time comes from the Clock port, nact is imported in one module, and
// casts are rare and explained. `npm run lint`. CONTRIBUTING.md ('Where to add what'),
// docs/decisions/0001-nact-is-imported-in-one-module.md and docs/decisions/0162-save-processor-time-in-the-gate.md say why.
const PRODUCT = ['src/**/*.ts', 'actors/**/*.ts'];

const errors = (prefix, names) =>
  Object.fromEntries(
    names
      .trim()
      .split(/\s+/)
      .map((name) => [`${prefix}${name}`, 'error']),
  );

/** ESLint's own recommendation, without what only TypeScript's compiler needs to find in TypeScript. */
const RECOMMENDED = errors(
  '',
  `for-direction no-async-promise-executor no-case-declarations no-compare-neg-zero no-cond-assign
   no-constant-binary-expression no-constant-condition no-control-regex no-debugger no-delete-var no-dupe-else-if
   no-duplicate-case no-empty no-empty-character-class no-empty-pattern no-empty-static-block no-ex-assign
   no-extra-boolean-cast no-fallthrough no-global-assign no-invalid-regexp no-irregular-whitespace
   no-loss-of-precision no-misleading-character-class no-nonoctal-decimal-escape no-prototype-builtins
   no-regex-spaces no-self-assign no-shadow-restricted-names no-sparse-arrays no-unassigned-vars no-unsafe-finally
   no-unsafe-optional-chaining no-unused-labels no-unused-private-class-members no-unused-vars no-useless-assignment
   no-useless-backreference no-useless-catch no-useless-escape preserve-caught-error require-yield use-isnan
   valid-typeof`,
);
/** The compiler finds these in TypeScript. */
const OF_JAVASCRIPT = errors(
  '',
  `constructor-super getter-return no-class-assign no-const-assign no-dupe-class-members no-dupe-keys no-func-assign
   no-import-assign no-new-native-nonconstructor no-obj-calls no-redeclare no-setter-return no-this-before-super
   no-undef no-unreachable no-unsafe-negation no-with`,
);
/** The preset `strict-type-checked` of typescript-eslint. */
const OF_TYPESCRIPT = {
  ...errors(
    '',
    `eqeqeq no-array-constructor no-unused-expressions no-useless-constructor no-var prefer-const prefer-rest-params
     prefer-spread`,
  ),
  ...errors(
    'typescript/',
    `await-thenable consistent-type-imports no-array-delete no-base-to-string no-deprecated no-duplicate-enum-values
     no-duplicate-type-constituents no-dynamic-delete no-empty-object-type no-explicit-any no-extra-non-null-assertion
     no-extraneous-class no-floating-promises no-for-in-array no-generated-empty-object-type no-implied-eval
     no-import-type-side-effects no-invalid-void-type no-meaningless-void-operator no-misused-new no-misused-promises
     no-misused-spread no-mixed-enums no-namespace no-non-null-asserted-nullish-coalescing
     no-non-null-asserted-optional-chain no-non-null-assertion no-redundant-type-constituents no-require-imports
     no-this-alias no-unnecessary-boolean-literal-compare no-unnecessary-template-expression
     no-unnecessary-type-arguments no-unnecessary-type-assertion no-unnecessary-type-constraint
     no-unnecessary-type-conversion no-unnecessary-type-parameters no-unsafe-argument no-unsafe-assignment
     no-unsafe-call no-unsafe-declaration-merging no-unsafe-enum-comparison no-unsafe-function-type
     no-unsafe-member-access no-unsafe-return no-unsafe-unary-minus no-useless-default-assignment
     no-wrapper-object-types only-throw-error prefer-as-const prefer-literal-enum-member prefer-namespace-keyword
     prefer-promise-reject-errors prefer-reduce-type-parameter prefer-return-this-type related-getter-setter-pairs
     require-await restrict-plus-operands switch-exhaustiveness-check triple-slash-reference unbound-method
     unified-signatures use-unknown-in-catch-callback-variable`,
  ),
  'typescript/ban-ts-comment': ['error', { minimumDescriptionLength: 10 }],
  'typescript/consistent-type-assertions': ['error', { assertionStyle: 'never' }],
  'typescript/no-confusing-void-expression': [
    'error',
    { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
  ],
  'typescript/no-unnecessary-condition': ['error', { allowConstantLoopConditions: 'only-allowed-literals' }],
  'typescript/restrict-plus-operands': [
    'error',
    {
      allowAny: false,
      allowBoolean: false,
      allowNullish: false,
      allowNumberAndString: false,
      allowRegExp: false,
    },
  ],
  'typescript/restrict-template-expressions': ['error', { allowNumber: true }],
  'typescript/return-await': ['error', 'error-handling-correctness-only'],
  'no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
};

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

/** Bare and as a property of `globalThis`. */
const noGlobals = (names, message) => [
  'error',
  { globals: names.map((name) => ({ name, message })), checkGlobalObject: true },
];
const noImports = (...paths) => ['error', { paths }];

export default {
  plugins: ['typescript'],
  jsPlugins: ['./scripts/lint-rules.js'],
  categories: { correctness: 'off' },
  options: {
    typeAware: true,
    denyWarnings: true,
    respectEslintDisableDirectives: false,
    reportUnusedDisableDirectives: 'error',
  },
  env: { builtin: true, node: true },
  ignorePatterns: ['**/*.jsx', 'dist/', 'coverage/', 'data/'],
  rules: { ...RECOMMENDED, 'house/explained-disable': 'error' },
  // Each block replaces the options of those above it for the files it names.
  overrides: [
    { files: ['**/*.{js,mjs,cjs}'], rules: OF_JAVASCRIPT },
    { files: ['**/*.{ts,tsx}'], rules: { ...OF_TYPESCRIPT, 'no-restricted-imports': noImports(NACT) } },
    {
      files: PRODUCT,
      rules: {
        'no-console': 'error',
        'no-restricted-globals': noGlobals(['setTimeout', 'setInterval', 'setImmediate'], useTheClock),
        'no-restricted-imports': noImports(NACT, ...TIME_IMPORTS),
        'no-restricted-properties': ['error', ...TIME_PROPERTIES],
        'house/time-of-the-clock': 'error',
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
        'house/time-of-the-clock': 'off',
      },
    },
    { files: ['src/adapters/clock/**/*.ts'], rules: { 'no-restricted-globals': 'off' } },
    { files: ['src/cli/**/*.ts'], rules: { 'no-console': 'off' } },
    {
      // The dashboard, which runs in browsers.
      files: ['web/**/*.{ts,tsx}'],
      rules: {
        'no-console': 'error',
        // The compiler knows the globals of browsers.
        'no-undef': 'off',
      },
    },
    {
      // Where what comes from outside is given its type.
      files: [
        'src/{config,adapters,runtime}/**/*.ts',
        'src/client/browser/{connection,frames,tabs}.ts',
        'src/client/{react,vue}/*.ts',
        'test/**/*.ts',
        'bench/**/*.ts',
      ],
      rules: { 'typescript/consistent-type-assertions': ['error', { assertionStyle: 'as' }] },
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
        'no-unused-expressions': 'off',
        'typescript/no-non-null-assertion': 'off',
        // Fakes are async without awaiting.
        'typescript/require-await': 'off',
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
        'no-unused-vars': 'off',
        'typescript/no-meaningless-void-operator': 'off',
        'typescript/no-unnecessary-type-parameters': 'off',
      },
    },
  ],
};
