export { LevelHistoryStore } from '../history/ordered-history-store.js';
