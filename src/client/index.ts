/** `@heartbeatd/heartbeat/client`: one client for browsers, and one for servers. A bundler leaves out the one that is not used. */
export * from './browser/index.js';
export * from './api/index.js';
