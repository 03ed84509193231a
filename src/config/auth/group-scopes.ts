import * as z from 'zod';
import { SCOPES } from '../../domain/access.js';

/** A ping key is part of URLs; people have none. */
const PERSONAL = SCOPES.filter((scope) => scope !== 'ping');
const NO_GROUPS = `must be groups and their scopes, such as { on-call: [admin], "*": [read] }`;

/** What members of groups may do. `*` is everybody. */
export const groupScopes = z
  .record(
    z.string().min(1),
    z
      .array(z.enum(PERSONAL, { error: `must be one of ${PERSONAL.join(', ')}` }), {
        error: `must be a list of ${PERSONAL.join(', ')}`,
      })
      .min(1, { error: `must have at least one of ${PERSONAL.join(', ')}` }),
    { error: NO_GROUPS },
  )
  .refine((groups) => Object.keys(groups).length > 0, { error: NO_GROUPS })
  .transform((groups) => new Map(Object.entries(groups)));
