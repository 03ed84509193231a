/** Reads a file of declared nodes in a thread of its own. */
import { parentPort, workerData } from 'node:worker_threads';
import { readDeclared, type DeclaredFile } from './declared-nodes.js';

parentPort?.postMessage(readDeclared(workerData as DeclaredFile));
