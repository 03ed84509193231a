// Rewrites the table in docs/configuration.md: node --import ./scripts/typescript.js scripts/docs-configuration.ts
import { readFileSync, writeFileSync } from 'node:fs';
import { withTable } from '../src/config/options-table.js';

const path = new URL('../docs/configuration.md', import.meta.url);
writeFileSync(path, withTable(readFileSync(path, 'utf8')));
