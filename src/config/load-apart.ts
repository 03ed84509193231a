import { Worker } from 'node:worker_threads';
import { readDeclared, type DeclaredFile, type ReadDeclared } from './declared-nodes.js';
import { loadConfig, type ConfigSources, type Loaded } from './load-config.js';

const SCRIPT = new URL('./declared-worker.js', import.meta.url);

/**
 * Loads the configuration while the daemon runs. The file of declared nodes is read in a thread of its own: 10,000 nodes
 * of YAML take seconds, in which the daemon would be blind.
 */
export async function loadConfigApart(sources: ConfigSources): Promise<Loaded> {
  let file: DeclaredFile | undefined;
  const readNodes = (found: DeclaredFile): ReadDeclared => {
    file = found;
    return { nodes: [] };
  };
  const withoutNodes = loadConfig({ ...sources, readNodes });
  if (file === undefined) return withoutNodes;
  const { path } = file;
  const nodes = await readApart(file);
  // The configuration may have changed meanwhile, and name another file.
  return loadConfig({ ...sources, readNodes: (now) => (now.path === path ? nodes : readDeclared(now)) });
}

function readApart(workerData: DeclaredFile): Promise<ReadDeclared> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(SCRIPT, { workerData });
    worker
      .once('message', resolve)
      .once('error', reject)
      // After a message this rejects nothing.
      .once('exit', (code) =>
        reject(new Error(`the thread that reads ${workerData.path} ended with ${code}`)),
      );
  });
}
