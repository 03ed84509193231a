/** What a badge is about: a node, or all nodes with a label. */
export const BADGE_KINDS = ['node', 'label'] as const;

export type BadgeKind = (typeof BADGE_KINDS)[number];

/** What a badge shows: the state, or the uptime of the last day, week, month or quarter. */
export const BADGE_SHOWS = ['state', '24h', '7d', '30d', '90d'] as const;

export type BadgeShow = (typeof BADGE_SHOWS)[number];

/** The length of each range, in days. */
export const BADGE_DAYS: Readonly<Record<Exclude<BadgeShow, 'state'>, number>> = {
  '24h': 1,
  '7d': 7,
  '30d': 30,
  '90d': 90,
};
