import { textHash } from './text-hash.js';

/** Of two hashes, which are 64 bits together. */
const OFFSETS = [0x811c9dc5, 0x9dc5811c] as const;

/**
 * An entity tag of the settings that were chosen for a node or a status page, without quotes: the same settings have the same one. It keeps
 * editors from overwriting each other by accident, and is no secret.
 */
export function settingsTag(settings: object): string {
  const text = JSON.stringify(inOrder(settings));
  return OFFSETS.map((offset) => textHash(text, offset).toString(16).padStart(8, '0')).join('');
}

/** With members in the order of their names: settings that were read from the disk may have another one. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return entries.map(([name, each]) => [name, inOrder(each)]).filter(([, each]) => each !== undefined);
}
