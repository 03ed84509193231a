import { issuesIn } from '../../views/body-problems.js';
import { settingsWith } from '../../views/node-settings.js';

/** Settings of a node as `PUT /nodes/:name` takes them. */
export type ImportedSettings = Readonly<Record<string, unknown>>;

/** A check or monitor of another service, as a node. */
export interface ImportedNode {
  readonly name: string;
  readonly settings: ImportedSettings;
  readonly isPaused: boolean;
  /** What of it has no counterpart, a phrase each. */
  readonly notes: readonly string[];
  /** Where its jobs report there. It has a secret in it. */
  readonly pingUrl?: string;
}

/** A check or monitor that cannot be a node. */
export interface LeftOut {
  readonly name: string;
  readonly reason: string;
}

/** What another service has. */
export interface Imported {
  readonly nodes: readonly ImportedNode[];
  readonly leftOut: readonly LeftOut[];
  /** What concerns all of it, a sentence each. */
  readonly notes: readonly string[];
}

const MOST_LABELS = 32;
const LONGEST_LABEL = 255;
const LONGEST_SLUG = 100;

/** Why the daemon would refuse the settings; undefined if it would not. */
export function problemWith(settings: ImportedSettings): string | undefined {
  const read = settingsWith().safeParse(settings);
  if (read.success) return undefined;
  return read.error.issues
    .flatMap(issuesIn)
    .map(({ path, message }) => `${path.join('.')}: ${message}`)
    .join('; ');
}

/** Makes labels of texts. What does not fit is cut off, with a note. */
export function labelsOf(texts: readonly (readonly [key: string, value: string])[]): {
  readonly labels: Readonly<Record<string, string>>;
  readonly notes: readonly string[];
} {
  const labels: Record<string, string> = {};
  const notes: string[] = [];
  for (const [given, value] of texts) {
    const key = given.replaceAll(':', '-').slice(0, LONGEST_LABEL);
    if (key === '') continue;
    if (Object.keys(labels).length >= MOST_LABELS) {
      notes.push(`more than ${MOST_LABELS} labels: ${given}`);
      continue;
    }
    if (value.length > LONGEST_LABEL) notes.push(`${key}: cut off after ${LONGEST_LABEL} characters`);
    if (given !== key) notes.push(`${given}: the label is ${key}, since keys have no colon`);
    labels[key] = value.slice(0, LONGEST_LABEL);
  }
  return { labels, notes };
}

/** A slug made of a name, such as `filesystem-backup` of `Filesystem Backup`. */
export function slugFrom(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, LONGEST_SLUG);
}

/** Makes texts differ: takes the first of several that was not taken before. */
export class Distinct {
  readonly #taken = new Set<string>();

  /** @returns undefined if all were taken before */
  take(text: string, others: readonly string[]): string | undefined {
    const found = [text, ...others].find((each) => each !== '' && !this.#taken.has(each));
    if (found !== undefined) this.#taken.add(found);
    return found;
  }
}
