import * as z from 'zod';
import type { StatusPage } from '../../domain/status-page.js';
import { KIND } from './format.js';
import { JsonRecords } from './json-records.js';

const stored = z.object({
  slug: z.string(),
  title: z.string(),
  groups: z.array(z.object({ title: z.string(), labels: z.record(z.string(), z.string()) })).min(1),
  website: z.string().optional(),
  time_zone: z.string(),
  /** In base64. */
  logo: z.object({ type: z.string(), bytes: z.base64() }).optional(),
});

export const statusPageRecords = new JsonRecords<StatusPage, string>({
  kind: KIND.STATUS_PAGE,
  idOf: ({ slug }) => slug,
  write: ({ slug, title, groups, website, timeZone, logo }) => ({
    slug,
    title,
    groups: groups.map((group) => ({ title: group.title, labels: group.labels })),
    website,
    time_zone: timeZone,
    logo: logo && { type: logo.type, bytes: Buffer.from(logo.bytes, 'latin1').toString('base64') },
  }),
  read: (json) => {
    const { slug, title, groups, website, time_zone: timeZone, logo } = stored.parse(json);
    const bytes = logo && Buffer.from(logo.bytes, 'base64').toString('latin1');
    return {
      slug,
      title,
      groups,
      website,
      timeZone,
      logo: logo === undefined || bytes === undefined ? undefined : { type: logo.type, bytes },
    };
  },
});
