// Builds the dashboard from web/ into dist/web, with each file compressed beside it: `npm run build`
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'vite';

const SOURCE = path.resolve('web');
const BUILT = path.resolve('dist/web');

/**
 * Bundles the dashboard.
 *
 * @param write whether to write it to dist/web
 * @returns the files, as Rolldown describes them
 */
export async function buildDashboard({ write }) {
  const { output } = await build({
    configFile: false,
    root: SOURCE,
    // The page may be served under a path of a proxy.
    base: './',
    logLevel: 'warn',
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: {
      write,
      outDir: BUILT,
      emptyOutDir: true,
      target: 'es2023',
      // The policy of the page allows no images in its styles.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
    },
  });
  return output;
}

async function compress(file) {
  const bytes = await readFile(file);
  await writeFile(`${file}.gz`, gzipSync(bytes, { level: 9 }));
  const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
  await writeFile(`${file}.br`, brotliCompressSync(bytes, { params }));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await rm(BUILT, { recursive: true, force: true });
  await buildDashboard({ write: true });
  for (const entry of await readdir(BUILT, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) await compress(path.join(entry.parentPath, entry.name));
}
