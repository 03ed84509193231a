/** A part of a status page: all nodes that have every one of its labels. */
export interface StatusGroup {
  readonly title: string;
  /** By key; at least one. */
  readonly labels: Readonly<Record<string, string>>;
}

/** A logo. */
export interface StatusLogo {
  /** As in `image/svg+xml`: one of `LOGO_TYPES`. */
  readonly type: string;
  /** One character for each byte. */
  readonly bytes: string;
}

/** A page for the public about some of the nodes. */
export interface StatusPage {
  /** Its name in `/status/<slug>`. */
  readonly slug: string;
  readonly title: string;
  readonly logo: StatusLogo | undefined;
  /** Where the title leads. */
  readonly website: string | undefined;
  /** A name of the IANA time zone database: its days, and the times that are written beside those of UTC. */
  readonly timeZone: string;
  readonly groups: readonly StatusGroup[];
}

/** What somebody wants a page to be. A setting that is undefined stays as it is; null is the default. */
export interface StatusPageChange extends Pick<StatusPage, 'title' | 'groups'> {
  readonly logo: StatusLogo | null | undefined;
  readonly website: string | null | undefined;
  readonly timeZone: string | undefined;
}

/** What a status page may be called: no dot, which `.rss` begins with. */
export const STATUS_SLUG = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/;
/** The most pages of the configuration, and the most that are made through the API. */
export const MOST_STATUS_PAGES = 100;
/** Bytes. */
export const LARGEST_LOGO = 256 * 1024;
export const LOGO_TYPES: readonly string[] = ['image/svg+xml', 'image/png', 'image/webp', 'image/jpeg'];
const UTC = 'UTC';

/** What a page becomes by a change; undefined `before` for a new one. */
export function changedPage(
  slug: string,
  { title, groups, website, timeZone, logo }: StatusPageChange,
  before: StatusPage | undefined,
): StatusPage {
  return {
    slug,
    title,
    groups,
    website: website === undefined ? before?.website : (website ?? undefined),
    timeZone: timeZone ?? before?.timeZone ?? UTC,
    logo: logo === undefined ? before?.logo : (logo ?? undefined),
  };
}
