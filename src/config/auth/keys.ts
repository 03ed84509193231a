import * as z from 'zod';
import { SCOPES, type KeyRule } from '../../domain/access.js';
import { instant, type Instant } from '../../domain/time.js';
import type { UserIdKind } from '../../domain/user-id.js';
import { usersSetting } from '../users-setting.js';

const DAY = 86_400_000;
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;
const HASH = /^sha256:[0-9a-f]{64}$/i;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/;

const NO_PREFIX = 'must be a prefix of node names, such as "web-", or a list of prefixes';

const prefix = z.string({ error: NO_PREFIX }).min(1, { error: NO_PREFIX });
const nodes = z.union([prefix.transform((only) => [only]), z.array(prefix)], { error: NO_PREFIX });

const NO_DATE =
  'must be the last valid day in UTC, such as 2027-12-31, or an instant, such as 2027-12-31T12:00:00Z';

const expires = z.string({ error: NO_DATE }).transform((text, context) => {
  const at = readExpiry(text);
  if (at !== undefined) return at;
  context.addIssue({ code: 'custom', message: NO_DATE });
  return z.NEVER;
});

const NO_QUOTA = 'must be a whole number of nodes, 0 or more';

const keyOf = (kind: UserIdKind) =>
  z.strictObject(
    {
      name: z
        .string({ error: 'is required: the audit log shows it' })
        .regex(NAME, { error: 'must be at most 64 letters, digits, "-", "_" and "."' }),
      hash: z
        .string({ error: 'is required: "sha256:<hex>", which heartbeat keys new prints' })
        .regex(HASH, { error: 'must be "sha256:" and 64 hex digits: the hash of the key, not the key' })
        .transform((text) => text.slice('sha256:'.length).toLowerCase()),
      scopes: z
        .array(z.enum(SCOPES, { error: `must be one of ${SCOPES.join(', ')}` }), {
          error: `must be a list of ${SCOPES.join(', ')}`,
        })
        .min(1, { error: `must have at least one of ${SCOPES.join(', ')}` }),
      users: usersSetting({ kind, mayBeNone: true }).optional(),
      nodes: nodes.optional(),
      expires: expires.optional(),
      max_nodes: z.int({ error: NO_QUOTA }).min(0, { error: NO_QUOTA }).optional(),
      create: z.boolean({ error: 'must be true or false' }).optional(),
    },
    { error: 'must have at least a name, a hash and scopes' },
  );

/** A ping key is part of URLs, which end up in logs: it can do nothing else. */
function expectPingsApart(
  { scopes, create }: { readonly scopes: readonly string[]; readonly create?: boolean | undefined },
  refuse: (field: 'scopes' | 'create', problem: string) => void,
): void {
  const isOfPings = scopes.includes('ping');
  if (isOfPings && scopes.length > 1)
    refuse('scopes', 'ping must be the only scope of a key: such a key is part of URLs');
  if (create === true && !isOfPings) refuse('create', 'is only for keys with the scope ping');
}

/** The settings of a key. */
export const KEY_SETTINGS: readonly string[] = Object.keys(keyOf('integer').shape);

/** @param kind of the ids that `users` is about: a range of integers, or prefixes of texts */
export const keysFor = (kind: UserIdKind) =>
  z
    .array(keyOf(kind), { error: 'must be a list of keys' })
    .superRefine((all, context) => {
      for (const [index, each] of all.entries())
        expectPingsApart(each, (field, message) => {
          context.addIssue({ code: 'custom', path: [index, field], message });
        });
      for (const field of ['name', 'hash'] as const) {
        const seen = new Set<string>();
        for (const [index, each] of all.entries()) {
          if (seen.has(each[field])) {
            context.addIssue({
              code: 'custom',
              path: [index, field],
              message: 'another key has the same value: choose another one',
            });
          }
          seen.add(each[field]);
        }
      }
    })
    .transform((all): readonly KeyRule[] =>
      all.map(({ users: reach, nodes: prefixes, expires: at, max_nodes: maxNodes, create, ...rest }) => ({
        ...rest,
        ...(reach !== undefined && { users: reach }),
        ...(prefixes !== undefined && { nodes: prefixes }),
        ...(at !== undefined && { expires: at }),
        ...(maxNodes !== undefined && { maxNodes }),
        ...(create !== undefined && { create }),
      })),
    );

/** @returns undefined if the text is neither a day nor an instant; a day lasts to its end */
function readExpiry(text: string): Instant | undefined {
  if (!DATE.test(text) && !INSTANT.test(text)) return undefined;
  const at = Date.parse(text);
  // There is no 30th of February, whatever Date makes of it.
  if (Number.isNaN(at) || (DATE.test(text) && !new Date(at).toISOString().startsWith(text))) return undefined;
  return instant(DATE.test(text) ? at + DAY : at);
}
