// Fails if the browser client is larger than the README says, bundled, minified and gzipped. `npm run size`
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/** What an app bundles that imports nothing else of it. */
const APP = `export { connect } from './src/client/index.ts';`;
const STATED = /bundled and minified under ([\d,]+) bytes gzipped/;

const stated = STATED.exec(readFileSync('README.md', 'utf8'))?.[1];
if (stated === undefined) throw new Error(`README.md does not say ${String(STATED)}`);
const limit = Number(stated.replaceAll(',', ''));
const { outputFiles } = await build({
  stdin: { contents: APP, resolveDir: '.' },
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  write: false,
});
const size = gzipSync(outputFiles[0].contents, { level: 9 }).length;
const line = `the browser client has ${size} bytes gzipped, and the README says under ${stated}`;
if (size < limit) console.log(line);
else {
  console.error(line);
  process.exitCode = 1;
}
