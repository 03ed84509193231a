// Makes dist/src/main.js a bundle of the daemon and its packages, which starts in two thirds of the time of a thousand
// single files: node scripts/bundle.js, after tsc. See decision 189.
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';

const BUNDLE = 'dist/src';
const CHUNKS = 'bundle';
/** A native module, packages that only some channels and stores load, and our own manifest. */
const EXTERNAL = [
  'classic-level',
  '@redis/client',
  'mqtt',
  'nodemailer',
  'openid-client',
  'pg',
  'undici',
  '#package',
];
/** CommonJS packages require Node's own modules. */
const REQUIRE = `import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);`;

/** A file that starts another one beside it must find it from a chunk, too. */
const ownUrls = {
  name: 'own-urls',
  setup({ onLoad }) {
    onLoad({ filter: /src\/(?:adapters|config)\/.*\.ts$/ }, async ({ path: file }) => {
      const text = await readFile(file, 'utf8');
      if (!text.includes('import.meta.url')) return undefined;
      const built = path.relative(path.resolve('src'), file).replace(/\.ts$/, '.js');
      const url = `import.meta.url.replace(/^(.*\\/src\\/).*$/, '$1${built}')`;
      return { contents: text.replaceAll('import.meta.url', url), loader: 'ts' };
    });
  },
};

await rm(path.join(BUNDLE, CHUNKS), { recursive: true, force: true });
await build({
  entryPoints: ['src/main.ts'],
  outdir: BUNDLE,
  chunkNames: `${CHUNKS}/[name]-[hash]`,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  external: EXTERNAL,
  plugins: [ownUrls],
  banner: { js: REQUIRE },
  legalComments: 'inline',
  // The package contains the sources.
  sourcemap: 'linked',
  sourcesContent: false,
  logLevel: 'warning',
});

// The command runs with V8's flags wherever it is installed, and without a process in between.
const flags = (await readFile('scripts/v8-flags', 'utf8')).match(/^--.*$/gm) ?? [];
const command = path.join(BUNDLE, 'main.js');
const made = await readFile(command, 'utf8');
await writeFile(command, made.replace(/^#!.*$/m, `#!/usr/bin/env -S node ${flags.join(' ')}`));
