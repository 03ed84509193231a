// Another daemon: holds the store in the given directory until its standard input ends.
import { LevelHistoryStore } from '../../../../src/adapters/level/level-history-store.js';

const store = new LevelHistoryStore(process.argv[2] ?? '');
await store.open();
process.stdout.write('held\n');
process.stdin.resume().on('end', () => void store.close());
