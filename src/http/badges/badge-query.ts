import * as z from 'zod';
import { BADGE_SHOWS } from '../../domain/badge.js';
import { queryProblem } from '../../views/messages.js';
import { nodeName } from '../../views/values.js';
import { labelFilter } from '../nodes/node-query.js';

/** The query of a badge. */
export const badgeQuery = z.strictObject({
  show: z
    .enum(BADGE_SHOWS, queryProblem.show(BADGE_SHOWS))
    .default('state')
    .meta({ description: 'The state, or the uptime of the last day, 7, 30 or 90 days.' }),
  sig: z
    .string()
    .optional()
    .meta({ description: 'The signature, where the daemon has keys. `GET /badges` gives whole addresses.' }),
});

/** The query for the addresses of badges. */
export const badgesQuery = z.strictObject({
  node: nodeName.optional().meta({ description: 'The name of a node.' }),
  label: labelFilter,
});
