import { isRecord } from '../domain/is-record.js';
import { resolve } from 'node:path';
import { readFileSync } from 'node:fs';
import * as z from 'zod';
import {
  LARGEST_LOGO,
  MOST_STATUS_PAGES,
  STATUS_SLUG,
  type StatusLogo,
  type StatusPage,
} from '../domain/status-page.js';
import { UTC } from '../views/schedule.js';
import { statusGroup, statusPageSettings } from '../views/status-page-settings.js';
import type { ShownAuth } from './auth/auth.js';
import { locate, whyUnreadable } from './named-files.js';
import { problemsOf, type GivenSection, type SettingProblem } from './setting-problems.js';

const NO_SLUG = 'its name must be at most 64 lower-case letters, digits and "-"';

/** What a logo may be, by the end of its file's name. */
const TYPES: Readonly<Record<string, string>> = {
  svg: 'image/svg+xml',
  png: 'image/png',
  webp: 'image/webp',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
};
const NO_LOGO = `must be the path of a file that ends in ${Object.keys(TYPES).join(', ')}`;

const shape = z.strictObject({
  ...statusPageSettings,
  logo: z
    .string(NO_LOGO)
    .refine((path) => typeOf(path) !== undefined, NO_LOGO)
    .optional(),
});
const KNOWN = [...Object.keys(shape.shape), ...Object.keys(statusGroup.shape)];

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
  if (Object.keys(value).length > MOST_STATUS_PAGES)
    return refused(`must have at most ${MOST_STATUS_PAGES} pages`);
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
  } catch (error) {
    return `the file ${named} cannot be read: ${whyUnreadable(error)}`;
  }
  if (bytes.length > LARGEST_LOGO) return `the file ${named} must have at most ${LARGEST_LOGO} bytes`;
  return { type: typeOf(named) ?? '', bytes };
}

function typeOf(path: string): string | undefined {
  const end = path.slice(path.lastIndexOf('.') + 1).toLowerCase();
  return Object.hasOwn(TYPES, end) ? TYPES[end] : undefined;
}
