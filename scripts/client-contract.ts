// Writes what the client knows of the contract: node --import ./scripts/typescript.js scripts/client-contract.ts
import { writeFileSync } from 'node:fs';
import { contractFiles } from './client-contract/files.js';

for (const { path, text } of contractFiles()) writeFileSync(path, text);
