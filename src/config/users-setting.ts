import * as z from 'zod';
import type { UserReach } from '../domain/access.js';
import { parseUserId, type UserIdKind } from '../domain/user-id.js';

/** What the setting `users` must be, besides `[]`. */
const RANGE = 'two user ids, the smaller first, such as [1, 1000000]';
const PREFIXES = 'a prefix of user ids, such as "tenant1:", a list of prefixes';

/** Users by a range of their ids, if these are integers, or by prefixes. */
export interface UsersSetting {
  readonly kind: UserIdKind;
  /** Whether it may be `[]`: nobody. */
  readonly mayBeNone: boolean;
}

export function usersSetting({ kind, mayBeNone }: UsersSetting) {
  const none = mayBeNone ? ', or [] for none' : '';
  if (kind === 'integer') {
    return range(`must be ${RANGE}${none}; a prefix of ids needs user_ids: text`, mayBeNone);
  }
  const prefixes = mayBeNone ? PREFIXES : PREFIXES.replace(', a list', ', or a list');
  return prefixesOfUsers(`must be ${prefixes}${none}; a range of ids needs user_ids: integer`, mayBeNone);
}

function range(error: string, mayBeNone: boolean) {
  const user = z.union([z.int().transform(String), z.string()], { error }).transform((text, context) => {
    const id = parseUserId(text);
    if (id !== undefined) return id;
    context.addIssue({ code: 'custom', message: error });
    return z.NEVER;
  });
  return z.array(user, { error }).transform((ids, context): UserReach => {
    const [from, to] = ids;
    if (from === undefined && mayBeNone) return 'none' as const;
    if (from !== undefined && to !== undefined && ids.length === 2 && BigInt(from) <= BigInt(to))
      return { from, to };
    context.addIssue({ code: 'custom', message: error });
    return z.NEVER;
  });
}

function prefixesOfUsers(error: string, mayBeNone: boolean) {
  return z
    .union([z.string().transform((only) => [only]), z.array(z.string())], { error })
    .transform((prefixes, context): UserReach => {
      if (prefixes.length === 0 && mayBeNone) return 'none' as const;
      if (prefixes.length > 0 && prefixes.every((each) => each !== '')) return { prefixes };
      context.addIssue({ code: 'custom', message: error });
      return z.NEVER;
    });
}
