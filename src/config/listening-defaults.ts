/** Where the daemon listens unless it is told otherwise. Commands that only look for it load nothing else of the schema. */
export const DEFAULT_PORT = 3519;
export const DEFAULT_HOST = '127.0.0.1';
