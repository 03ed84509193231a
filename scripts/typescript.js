// Lets Node run the TypeScript of this repository: `node --import ./scripts/typescript.js FILE`
// Types are replaced by spaces, so that lines and columns of errors and of coverage are those of the source. Each file is
// done once, whatever the number of processes that load it: the result is kept in node_modules/.cache/typescript.
import module from 'node:module';
import * as hooks from './typescript-hooks.js';

// Node 26 warns of `register`; before 22.15 there is nothing else.
if (module.registerHooks === undefined) module.register('./typescript-hooks.js', import.meta.url);
else module.registerHooks(hooks);
