import type { NodeSettings } from './node.js';

const FNV_PRIME = 0x01000193;
/** Offset bases of two hashes, which are 64 bits together. */
const OFFSETS = [0x811c9dc5, 0x9dc5811c] as const;

/**
 * An entity tag of the settings that were chosen for a node, without quotes: the same settings have the same one. It keeps
 * editors from overwriting each other by accident, and is no secret.
 */
export function settingsTag(settings: NodeSettings): string {
  const text = JSON.stringify(inOrder(settings));
  return OFFSETS.map((offset) => hashOf(text, offset).toString(16).padStart(8, '0')).join('');
}

/** FNV-1a over the characters, then murmur3's finaliser. */
function hashOf(text: string, offset: number): number {
  let hash = offset;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), FNV_PRIME);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** With members in the order of their names: settings that were read from the disk may have another one. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return entries.map(([name, each]) => [name, inOrder(each)]).filter(([, each]) => each !== undefined);
}
