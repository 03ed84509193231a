import { isRecord } from '../domain/is-record.js';
import { resolve } from 'node:path';
import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { PLAIN_LINE } from '../domain/plain-text.js';
import { STATUS_SLUG, type StatusLogo, type StatusPage } from '../domain/status-page.js';
import { timeZone, UTC } from '../views/schedule.js';
import type { ShownAuth } from './auth/auth.js';
import { locate } from './named-files.js';
import { problemsOf, type GivenSection, type SettingProblem } from './setting-problems.js';

const MOST_PAGES = 100;
const MOST_GROUPS = 50;
const MOST_LABELS = 16;
const LONGEST_TITLE = 100;
/** Bytes. */
const LARGEST_LOGO = 256 * 1024;
const NO_SLUG = 'its name must be at most 64 lower-case letters, digits and "-"';
const NO_TITLE = `must be a text of at most ${LONGEST_TITLE} characters on one line`;
const NO_GROUPS = 'must be a list of groups, each with title and labels';
const NO_LABELS = 'must be a map of labels, such as { team: web }';
const NO_WEBSITE = 'must be the URL of a web page';

/** What a logo may be, by the end of its file's name. */
const TYPES: Readonly<Record<string, string>> = {
  svg: 'image/svg+xml',
  png: 'image/png',
  webp: 'image/webp',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
};
const NO_LOGO = `must be the path of a file that ends in ${Object.keys(TYPES).join(', ')}`;

const title = z
  .string(NO_TITLE)
  .trim()
  .regex(/\S/, NO_TITLE)
  .max(LONGEST_TITLE, NO_TITLE)
  .regex(PLAIN_LINE, NO_TITLE);

const group = z.strictObject(
  {
    title,
    labels: z.record(z.string(), z.string(NO_LABELS), NO_LABELS).refine((labels) => {
      const count = Object.keys(labels).length;
      return count > 0 && count <= MOST_LABELS;
    }, `must have 1 to ${MOST_LABELS} labels`),
  },
  { error: (issue) => (issue.code === 'unrecognized_keys' ? undefined : NO_GROUPS) },
);

const shape = z.strictObject({
  title,
  groups: z
    .array(group, NO_GROUPS)
    .min(1, 'must have at least one group')
    .max(MOST_GROUPS, `must have at most ${MOST_GROUPS} groups`)
    .refine(
      (groups) => new Set(groups.map((each) => each.title)).size === groups.length,
      'must have titles that differ',
    ),
  logo: z
    .string(NO_LOGO)
    .refine((path) => typeOf(path) !== undefined, NO_LOGO)
    .optional(),
  website: z.string(NO_WEBSITE).refine(isWebPage, NO_WEBSITE).optional(),
  time_zone: timeZone,
});
const KNOWN = [...Object.keys(shape.shape), ...Object.keys(group.shape)];

interface ReadStatusPages {
  /** The valid ones. */
  readonly pages: readonly StatusPage[];
  /** As they were written. */
  readonly shown: readonly ShownAuth[];
  readonly problems: readonly string[];
}

interface Files {
  readonly cwd: string;
  /** Reads a file, one character for each byte. */
  readonly readBytes?: (path: string) => string;
}

/** Checks every status page, and reads the logos. */
export function readStatusPages(given: GivenSection | undefined, files: Files): ReadStatusPages {
  if (given === undefined || given.value === null || given.value === undefined)
    return { pages: [], shown: [], problems: [] };
  const { value, path, lineOf } = given;
  const placed = (at: readonly PropertyKey[], problem: string): string =>
    `${['status', ...at].map(String).join('.')}: ${problem} (from ${path}:${lineOf(at)})`;
  const refused = (problem: string) => ({ pages: [], shown: [], problems: [placed([], problem)] });
  if (!isRecord(value)) return refused('must be a map of pages by their names in /status/');
  if (Object.keys(value).length > MOST_PAGES) return refused(`must have at most ${MOST_PAGES} pages`);
  const pages: StatusPage[] = [];
  const shown: ShownAuth[] = [];
  const problems: string[] = [];
  for (const [slug, settings] of Object.entries(value)) {
    const read = readPage(slug, settings, { ...files, by: path });
    if ('problems' in read)
      for (const { path: at, problem } of read.problems) problems.push(placed([slug, ...at], problem));
    else {
      pages.push(read);
      const source = { kind: 'file', path, line: lineOf([slug]) } as const;
      if (isRecord(settings)) shown.push({ key: `status.${slug}`, value: settings, source });
    }
  }
  return { pages, shown, problems };
}

function readPage(
  slug: string,
  given: unknown,
  files: Files & { readonly by: string },
): StatusPage | { readonly problems: readonly SettingProblem[] } {
  if (!STATUS_SLUG.test(slug)) return { problems: [{ path: [], problem: NO_SLUG }] };
  if (!isRecord(given)) return { problems: [{ path: [], problem: 'must be a map with title and groups' }] };
  const read = shape.safeParse(given);
  if (!read.success) return { problems: problemsOf(read.error, KNOWN) };
  const { title: name, groups, logo, website, time_zone: zone = UTC } = read.data;
  const image = logo === undefined ? undefined : readLogo(logo, files);
  if (typeof image === 'string') return { problems: [{ path: ['logo'], problem: image }] };
  return { slug, title: name, logo: image, website, timeZone: zone, groups };
}

/** @returns what is wrong with it, in place of a logo */
function readLogo(
  named: string,
  { by, cwd, readBytes = (path) => readFileSync(path, 'latin1') }: Files & { readonly by: string },
): StatusLogo | string {
  let bytes: string;
  try {
    bytes = readBytes(resolve(locate(named, { by, cwd })));
  } catch {
    return `the file ${named} cannot be read`;
  }
  if (bytes.length > LARGEST_LOGO) return `the file ${named} must have at most ${LARGEST_LOGO} bytes`;
  return { type: typeOf(named) ?? '', bytes };
}

function typeOf(path: string): string | undefined {
  const end = path.slice(path.lastIndexOf('.') + 1).toLowerCase();
  return Object.hasOwn(TYPES, end) ? TYPES[end] : undefined;
}

function isWebPage(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
