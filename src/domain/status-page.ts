/** A part of a status page: all nodes that have every one of its labels. */
export interface StatusGroup {
  readonly title: string;
  /** By key; at least one. */
  readonly labels: Readonly<Record<string, string>>;
}

/** A logo, as it was read from its file. */
export interface StatusLogo {
  /** As in `image/svg+xml`. */
  readonly type: string;
  /** One character for each byte. */
  readonly bytes: string;
}

/** A page for the public about some of the nodes, as the configuration has it. */
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

/** What a status page may be called: no dot, which `.rss` begins with. */
export const STATUS_SLUG = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/;
