// Rewrites the reference in docs/cli.md: node --import ./scripts/typescript.js scripts/docs-cli.ts
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { withReference } from './cli-reference.js';

const path = fileURLToPath(new URL('../docs/cli.md', import.meta.url));
writeFileSync(path, await withReference(readFileSync(path, 'utf8')));
execFileSync('node_modules/.bin/oxfmt', [path]);
