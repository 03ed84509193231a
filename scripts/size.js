// Fails if the browser client is larger than the README says, bundled, minified and gzipped, or the dashboard larger than
// a phone should load. `npm run size`
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { buildDashboard } from './dashboard.js';

/** What an app bundles that imports nothing else of it. */
const APP = `export { connect } from './src/client/index.ts';`;
/** Bytes of everything that the dashboard loads, gzipped. */
const DASHBOARD = 150_000;
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
const gzipped = (contents) => gzipSync(contents, { level: 9 }).length;

const size = gzipped(outputFiles[0].contents);
check(size < limit, `the browser client has ${size} bytes gzipped, and the README says under ${stated}`);

const files = await buildDashboard({ write: false });
const whole = files.reduce((sum, file) => sum + gzipped(file.type === 'chunk' ? file.code : file.source), 0);
check(whole < DASHBOARD, `the dashboard has ${whole} bytes gzipped, and may have ${DASHBOARD}`);

function check(isFine, line) {
  if (isFine) console.log(line);
  else {
    console.error(line);
    process.exitCode = 1;
  }
}
