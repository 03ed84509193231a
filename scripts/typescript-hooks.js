// The hooks that scripts/typescript.js registers. They return at once, since `registerHooks` takes no promises.
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const ROOT = new URL('../', import.meta.url);
/** Code of others, and what the compiler made. */
const AS_IT_IS = /\/(?:node_modules|dist)\//;
const CACHE = new URL('node_modules/.cache/typescript/', ROOT);

/** Imports name the file that the compiler would make: `./app.js` is `./app.ts`. */
export function resolve(specifier, context, next) {
  if (specifier.endsWith('.js') && context.parentURL && URL.canParse(specifier, context.parentURL)) {
    const url = new URL(`${specifier.slice(0, -'js'.length)}ts`, context.parentURL);
    if (url.href.startsWith(ROOT.href) && !AS_IT_IS.test(url.pathname) && existsSync(url))
      return { url: url.href, format: 'module', shortCircuit: true };
  }
  return next(specifier, context);
}

export function load(url, context, next) {
  if (!url.endsWith('.ts') || AS_IT_IS.test(url)) return next(url, context);
  const source = readFileSync(new URL(url), 'utf8');
  const cached = new URL(`${createHash('sha1').update(source).digest('hex')}.js`, CACHE);
  return {
    format: 'module',
    source: textIn(cached) ?? withoutTypes(source, url, cached),
    shortCircuit: true,
  };
}

function textIn(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function withoutTypes(source, url, cached) {
  // Only for a file that has changed, since it loads the compiler.
  const { default: blank } = require('ts-blank-space');
  const text = blank(source, (node) => {
    throw new SyntaxError(`${fileURLToPath(url)}: not erasable: ${node.getText()}`);
  });
  mkdirSync(CACHE, { recursive: true });
  // Renamed, since other processes may be reading.
  const whole = new URL(`${process.pid}.${cached.pathname.split('/').at(-1)}`, CACHE);
  writeFileSync(whole, text);
  renameSync(whole, cached);
  return text;
}
