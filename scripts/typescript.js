// Lets Node run the TypeScript of this repository: `node --import ./scripts/typescript.js FILE`
// Types are replaced by spaces, so that lines and columns of errors and of coverage are those of the source. Each file is
// done once, whatever the number of processes that load it: the result is kept in node_modules/.cache/typescript.
import { register } from 'node:module';

register('./typescript-hooks.js', import.meta.url);
