import type { Api, StatusPageSettings } from '../../../src/client/api/index.js';
import { labelsIn, linesOfLabels } from '../../daemon/labels.js';

/** A group as it stands in the fields. */
export interface GroupForm {
  /** Stays the same while the group is edited. */
  readonly key: number;
  readonly title: string;
  /** `key:value`, one a line. */
  readonly labels: string;
}

/** The settings of a status page as they stand in the fields of a form. */
export interface PageForm {
  /** Of a new page; that of others stays. */
  readonly slug: string;
  readonly title: string;
  readonly website: string;
  readonly timeZone: string;
  /** As it was chosen: a data URL. Undefined stays as it is, and null is none. */
  readonly logo: string | null | undefined;
  readonly groups: readonly GroupForm[];
}

export const NEW_PAGE: PageForm = {
  slug: '',
  title: '',
  website: '',
  timeZone: '',
  logo: undefined,
  groups: [{ key: 0, title: '', labels: '' }],
};

export function formOfPage({ slug, title, website, timeZone, groups }: Api.StatusPage): PageForm {
  return {
    slug,
    title,
    website: website ?? '',
    timeZone,
    logo: undefined,
    groups: groups.map((group, key) => ({ key, title: group.title, labels: linesOfLabels(group.labels) })),
  };
}

/** An empty field is null: the default. */
export function pageIn({ title, website, timeZone, logo, groups }: PageForm): StatusPageSettings {
  return {
    title,
    website: website.trim() === '' ? null : website.trim(),
    timeZone: timeZone.trim() === '' ? null : timeZone.trim(),
    ...(logo !== undefined && { logo }),
    groups: groups.map((group) => ({ title: group.title, labels: labelsIn(group.labels) })),
  };
}

/** With another group at the end. */
export function withGroup(form: PageForm): PageForm {
  const key = 1 + Math.max(-1, ...form.groups.map((group) => group.key));
  return { ...form, groups: [...form.groups, { key, title: '', labels: '' }] };
}

/** With the fields of one group as they were filled in. */
export function withGroupPart(form: PageForm, key: number, part: Partial<GroupForm>): PageForm {
  return {
    ...form,
    groups: form.groups.map((group) => (group.key === key ? { ...group, ...part } : group)),
  };
}

/** The file as a data URL. */
export function dataUrlOf(file: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener('load', () => {
      if (typeof reader.result === 'string') resolve(reader.result);
    });
    reader.addEventListener('error', () => reject(reader.error ?? new Error('the file cannot be read')));
    reader.readAsDataURL(file);
  });
}
