// Imports go in one direction, as CONTRIBUTING.md ('Source tree') shows; type-only imports count.

const PROTOCOL = '^actors/.+[.]protocol[.]ts$';
const ERRORS = '^src/errors[.]ts$'; // the registry of error codes
const API = '^src/app/(api/[^/]+|daemon-facts|dependencies|events/events-api)[.]ts$'; // what the application offers
const NACT = '(^|/)node_modules/nact/';
// Regular expressions of users, in time that grows with the text only: it computes, and reaches nothing outside.
const RE2 = '(^|/)node_modules/re2js/';
// A deque and a heap: they hold what they are given, and reach nothing outside.
const QUEUES = '(^|/)node_modules/(denque|tinyqueue)/';

/**
 * What each room may see besides itself; with `packages`, npm's and Node's own modules too.
 * `app.ts` with its `app/`, `main.ts`, `index.ts` and the `library/` behind it are no room: they see everything, and no
 * room sees them.
 */
const ROOMS = {
  domain: { path: '^src/domain/', sees: [RE2] },
  errors: { path: ERRORS, sees: ['^src/domain/'] },
  ports: { path: '^src/ports/', sees: ['^src/domain/', ERRORS] },
  runtime: { path: '^src/runtime/', sees: ['^src/(ports|domain)/', ERRORS, NACT] },
  actors: { path: '^actors/', sees: ['^src/(runtime|ports|domain)/', ERRORS, QUEUES] },
  // Cron expressions, which settings of nodes have.
  calendar: { path: '^src/calendar/', sees: ['^src/(ports|domain)/'], packages: true },
  // Probes of nodes, which the daemon and the emitter run.
  probes: { path: '^src/probes/', sees: ['^src/(ports|domain)/'], packages: true },
  views: {
    path: '^src/views/',
    sees: [PROTOCOL, API, '^src/(calendar|ports|domain)/', ERRORS],
    packages: true,
  },
  http: {
    path: '^src/http/',
    sees: [PROTOCOL, API, '^src/(views|runtime|ports|domain)/', ERRORS],
    packages: true,
  },
  adapters: { path: '^src/adapters/', sees: ['^src/(probes|ports|domain)/', ERRORS], packages: true },
  // The options of each kind of channel are part of the one schema, and so is where a store is.
  config: {
    path: '^src/config/',
    sees: [
      '^src/(ports|domain)/',
      '^src/views/did-you-mean[.]ts$',
      // Matchers, times, cron expressions and settings of nodes and status pages are written as in requests.
      '^src/views/(?:schedule|silence-view|node-settings|status-page-settings|body-problems|probe)[.]ts$',
      // The emitter's file of nodes.
      '^src/client/emitter/emitter[.]ts$',
      '^src/adapters/(channels/|store-location[.]ts$|postgres/postgres-url[.]ts$)',
      ERRORS,
    ],
    packages: true,
  },
  // It runs in browsers: no package, no module of Node, and nothing else of the repository.
  browser: { path: '^src/client/browser/', sees: [] },
  // It has no package either, so that programs need none to call the API.
  api: { path: '^src/client/api/', sees: ['^src/domain/', '^src/client/browser/types[.]ts$'] },
  client: { path: '^src/client/', sees: ['^src/(probes|ports|domain)/'], packages: true },
  // The dashboard calls the API by the client, as any program does; its packages are bundled.
  web: { path: '^web/', sees: ['^src/client/api/index[.]ts$'], packages: true },
  // A file of nodes may hold what the API takes, and commands of the store open one.
  cli: {
    path: '^src/cli/',
    sees: ['^src/(config|client|views|ports|domain)/', '^src/adapters/', ERRORS],
    packages: true,
  },
};

const walls = Object.entries(ROOMS).map(([room, { path, sees, packages }]) => ({
  name: `${room}-sees-too-much`,
  severity: 'error',
  from: { path },
  to: {
    pathNot: [path, ...sees, ...(packages ? ['(^|/)node_modules/'] : [])],
    ...(packages && { dependencyTypesNot: ['core'] }),
  },
}));

module.exports = {
  forbidden: [
    ...walls,
    {
      name: 'only-the-protocol-of-another-actor',
      comment:
        'tree.ts sees all actors; the supervision library and what shards have in common are for all of them.',
      severity: 'error',
      from: { path: '^actors/([^/]+)', pathNot: '^actors/tree[.]ts$' },
      to: {
        path: '^actors/[^/]+/',
        pathNot: ['^actors/$1/', PROTOCOL, '^actors/(supervisor|shards)/[^/]+[.]ts$'],
      },
    },
    {
      name: 'the-library-knows-no-http',
      severity: 'error',
      from: { path: '^src/library/' },
      to: { path: '^src/http/' },
    },
    {
      name: 'only-the-runtime-imports-nact',
      severity: 'error',
      from: { pathNot: '^src/runtime/' },
      to: { path: NACT },
    },
    {
      name: 'the-product-imports-no-test',
      severity: 'error',
      from: { path: '^(src|actors|web)/' },
      to: { path: '^(test|bench|scripts|examples)/' },
    },
    {
      name: 'no-dev-dependency-in-the-product',
      severity: 'error',
      from: { path: '^(src|actors)/' },
      // What is also an optional peer is loaded only where a channel needs it.
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg'],
        dependencyTypesNot: ['npm-peer'],
        pathNot: 'node_modules/@types/',
      },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, pathNot: ['[.]d[.]ts$', '^test/', '^web/tsconfig[.]json$'] },
      to: {},
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    // A type test imports the package by its name, which is what was built.
    doNotFollow: { path: '^node_modules/|^dist/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
    },
  },
};
