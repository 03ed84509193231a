/** What a module that brings its own kind of channel needs: `import { BaseNotifier } from 'heartbeat'`. */
export { BaseNotifier, NotifyError } from './ports/channel.js';
export type { AlertMessage, Attempt } from './ports/channel.js';
