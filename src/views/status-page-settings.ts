import * as z from 'zod';
import { PLAIN_LINE } from '../domain/plain-text.js';
import { LARGEST_LOGO, LOGO_TYPES, type StatusLogo, type StatusPageChange } from '../domain/status-page.js';
import { orUnknownField, problemsIn, type BodyProblem } from './body-problems.js';
import { timeZone, UTC } from './schedule.js';

const MOST_GROUPS = 50;
const MOST_LABELS = 16;
/** Of the title of a page or a group, in characters. */
const LONGEST_TITLE = 100;
/** Of a label, in characters: no node has a longer one. */
const LONGEST_LABEL = 255;
const LONGEST_WEBSITE = 2_000;
const NO_TITLE = `must be a text of at most ${LONGEST_TITLE} characters on one line`;
const NO_GROUPS = 'must be a list of groups, each with title and labels';
const NO_LABELS = 'must be a map of labels, such as { team: web }';
const NO_WEBSITE = 'must be the URL of a web page';
const NO_LOGO = `must be a data URL of an image: data:image/png;base64,… of ${LOGO_TYPES.join(', ')}`;

const title = z
  .string(NO_TITLE)
  .trim()
  .regex(/\S/, NO_TITLE)
  .max(LONGEST_TITLE, NO_TITLE)
  .regex(PLAIN_LINE, NO_TITLE);

const label = z
  .string(NO_LABELS)
  .max(LONGEST_LABEL, `must have labels of at most ${LONGEST_LABEL} characters`);

export const statusGroup = z.strictObject(
  {
    title: title.meta({ description: `Public. One line of at most ${LONGEST_TITLE} characters.` }),
    labels: z
      .record(label, label, NO_LABELS)
      .refine((labels) => {
        const count = Object.keys(labels).length;
        return count > 0 && count <= MOST_LABELS;
      }, `must have 1 to ${MOST_LABELS} labels`)
      .meta({
        description: 'The group has all nodes with all of these labels. They are not public.',
        minProperties: 1,
        maxProperties: MOST_LABELS,
      }),
  },
  { error: (issue) => (issue.code === 'unrecognized_keys' ? undefined : NO_GROUPS) },
);

/** What a page has, in the configuration and through the API. A logo is a file there, and a data URL here. */
export const statusPageSettings = {
  title: title.meta({ description: `Public. One line of at most ${LONGEST_TITLE} characters.` }),
  groups: z
    .array(statusGroup, NO_GROUPS)
    .min(1, 'must have at least one group')
    .max(MOST_GROUPS, `must have at most ${MOST_GROUPS} groups`)
    .refine(
      (groups) => new Set(groups.map((each) => each.title)).size === groups.length,
      'must have titles that differ',
    ),
  website: z
    .string(NO_WEBSITE)
    .max(LONGEST_WEBSITE, `must have at most ${LONGEST_WEBSITE} characters`)
    .refine(isWebPage, NO_WEBSITE)
    .optional(),
  time_zone: timeZone,
};

/** The body of `PUT /status/:page`. */
export const statusPageBody = z.strictObject(
  {
    ...statusPageSettings,
    website: statusPageSettings.website.nullable().meta({ description: 'Where the title leads. Public.' }),
    time_zone: timeZone.nullable().meta({
      description: `The name of an IANA time zone, whose days and times the page has. Default: ${UTC}.`,
    }),
    logo: z
      .string(NO_LOGO)
      .refine((text) => readLogo(text) !== undefined, NO_LOGO)
      .refine(
        (text) => (readLogo(text)?.bytes.length ?? 0) <= LARGEST_LOGO,
        `must have at most ${LARGEST_LOGO} bytes`,
      )
      .nullish()
      .meta({ description: `A data URL of at most ${LARGEST_LOGO} bytes. Public.` }),
  },
  orUnknownField('the body must be {"title": "…", "groups": [{"title": "…", "labels": {"team": "web"}}]}'),
);

/** Reads the body of `PUT /status/:page`, or says everything that is wrong with it. */
export function parseStatusPage(
  body: unknown,
): StatusPageChange | { readonly problems: readonly BodyProblem[] } {
  const read = statusPageBody.safeParse(body);
  if (!read.success) return { problems: problemsIn(read.error) };
  const { title: name, groups, website, time_zone: zone, logo } = read.data;
  return {
    title: name,
    groups,
    website,
    timeZone: zone === null ? UTC : zone,
    logo: typeof logo === 'string' ? readLogo(logo) : logo,
  };
}

const DATA_URL = /^data:([a-z/+]+);base64,([A-Za-z0-9+/]+={0,2})$/;

/** @returns undefined if it is no data URL of an image */
function readLogo(text: string): StatusLogo | undefined {
  const [, type = '', data = ''] = DATA_URL.exec(text) ?? [];
  if (!LOGO_TYPES.includes(type)) return undefined;
  return { type, bytes: Buffer.from(data, 'base64').toString('latin1') };
}

function isWebPage(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
