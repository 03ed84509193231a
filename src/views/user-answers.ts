import * as z from 'zod';
import { rejected } from './batch-answers.js';
import { instant, nextCursor, presence, userIdInAnswer } from './values.js';

export const status = (word: 'online' | 'offline') => z.strictObject({ status: z.literal(word) });

const session = z.strictObject({ online_at: instant, offline_at: instant }).meta({ id: 'Session' });

export const heartRhythm = z.strictObject({
  id: userIdInAnswer,
  history: z.array(session),
  next_cursor: z
    .string()
    .optional()
    .meta({ description: 'Present if `limit` was given and there are more.' }),
});

const device = z
  .strictObject({
    device: z
      .string()
      .nullable()
      .meta({ description: 'Its name; null for the device of heals without one.' }),
    since: instant,
    last_seen: instant.meta({ description: 'When its last heal came.' }),
    deadline: instant.meta({
      description: 'When it no longer keeps the user online, unless it heals again.',
    }),
    meta: z.record(z.string(), z.unknown()).nullable().meta({ description: 'What its heals said of it.' }),
  })
  .meta({ id: 'Device' });

const onlineUser = z
  .strictObject({ id: userIdInAnswer, since: instant, last_seen: instant, deadline: instant })
  .meta({ id: 'OnlineUser' });

export const onlineUsers = z.strictObject({ users: z.array(onlineUser), next_cursor: nextCursor });

export const describedUser = z
  .strictObject({
    id: userIdInAnswer,
    status: presence,
    since: instant.nullable().meta({ description: 'When the status began.' }),
    last_seen: instant.nullable().meta({ description: 'When the last heal or goodbye came.' }),
    deadline: instant
      .nullable()
      .meta({ description: 'When an online user goes offline unless healed; null for others.' }),
    devices: z.array(device).meta({
      description:
        'The devices that keep the user online, as far as they were heard since the daemon started.',
    }),
  })
  .meta({ id: 'User' });

export const checkedUser = z.strictObject({ id: userIdInAnswer, status: presence });

const checkedUserWithFields = z
  .strictObject({
    ...checkedUser.shape,
    last_seen: instant.nullable().optional().meta({ description: 'Present if asked for.' }),
    devices: z.array(device).optional().meta({ description: 'Present if asked for.' }),
  })
  .meta({ id: 'CheckedUser' });

export const checkedUsers = z.strictObject({
  results: z.array(checkedUserWithFields),
  rejected: rejected.optional(),
});
