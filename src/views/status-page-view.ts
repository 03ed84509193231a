import * as z from 'zod';
import { settingsTag } from '../domain/settings-tag.js';
import type { StatusPage } from '../domain/status-page.js';

export const statusPageAnswer = z
  .strictObject({
    slug: z.string().meta({ description: 'Its name in `/status/<slug>`.' }),
    title: z.string(),
    groups: z.array(
      z.strictObject({ title: z.string(), labels: z.record(z.string(), z.string()) }).meta({
        id: 'StatusGroup',
        description: 'All nodes with all of these labels.',
      }),
    ),
    website: z.string().nullable().meta({ description: 'Where the title leads.' }),
    time_zone: z.string(),
    has_logo: z.boolean(),
    configured: z
      .boolean()
      .meta({ description: 'Whether the configuration has it, so that it is changed there only.' }),
    settings_tag: z.string().meta({
      description:
        'Of its settings. With it in quotes as `If-Match`, a change is refused if they have changed since.',
    }),
  })
  .meta({ id: 'StatusPage' });

export const statusPagesAnswer = z.strictObject({ pages: z.array(statusPageAnswer) });

/** Pages do not change, and a logo may have 256 KiB. */
const tags = new WeakMap<StatusPage, string>();

export function statusPageView(page: StatusPage, isConfigured: boolean): z.output<typeof statusPageAnswer> {
  const { slug, title, groups, website = null, timeZone, logo } = page;
  const tag = tags.get(page) ?? settingsTag(page);
  tags.set(page, tag);
  return {
    slug,
    title,
    groups: groups.map((group) => ({ title: group.title, labels: group.labels })),
    website,
    time_zone: timeZone,
    has_logo: logo !== undefined,
    configured: isConfigured,
    settings_tag: tag,
  };
}
