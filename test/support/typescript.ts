/** Arguments of Node with which a process runs TypeScript, as this one does. */
export const WITH_TYPESCRIPT: readonly [string, string] = [
  '--import',
  new URL('../../scripts/typescript.js', import.meta.url).href,
];
