import { describeHistoryStore } from './history-store.js';
import { levelSubject, memorySubject } from './subjects.js';

describeHistoryStore('memory', memorySubject);
describeHistoryStore('LevelDB', levelSubject);
