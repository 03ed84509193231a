// Threads do not inherit the hooks of the main thread.
import '../../scripts/typescript.js';

await import('../../src/adapters/probes/worker.ts');
