import * as z from 'zod';
import { count, nodeName } from './values.js';

export const stats = z
  .strictObject({
    users: z.strictObject({ online: count }),
    devices: count.meta({ description: 'A user whose devices are not told apart counts as one.' }),
    nodes: z
      .strictObject({ registered: count, active: count, inactive: count, failed: count, paused: count })
      .meta({ description: 'Paused nodes count in their state, too.' }),
    sockets: count.meta({ description: 'Open WebSocket connections.' }),
    event_readers: count.meta({ description: 'Open streams of events.' }),
  })
  .meta({ id: 'Stats' });

export const healthy = z.strictObject({ status: z.literal('ok') });

export const ready = z.strictObject({
  status: z.literal('ready'),
  not_storing: z.array(z.string()).optional().meta({
    description: 'Why it cannot store everything that it should, such as a full disk. Absent if it can.',
  }),
});

export const storing = z.strictObject({ status: z.literal('storing') });

export const notStoring = z.strictObject({ status: z.literal('not_storing'), reasons: z.array(z.string()) });

export const unready = z.strictObject({ status: z.literal('unready'), reasons: z.array(z.string()) });

export const configurationDiff = z
  .strictObject({
    file: z
      .string()
      .nullable()
      .meta({ description: 'The configuration file that the daemon reads; null if none.' }),
    problems: z
      .array(z.string())
      .readonly()
      .meta({ description: 'What is wrong with it. A reload would then change nothing.' }),
    options: z
      .array(
        z.strictObject({
          option: z.string().meta({ description: 'An option, or an entry such as `channels.chat`.' }),
          change: z.enum(['added', 'changed', 'removed']),
          from: z.string().optional(),
          to: z
            .string()
            .optional()
            .meta({ description: 'Present for options, as texts. Secrets are hidden.' }),
          applies: z
            .enum(['reload', 'restart'])
            .meta({ description: 'Whether a reload applies it, or only a restart.' }),
        }),
      )
      .readonly(),
    nodes: z
      .array(
        z.strictObject({
          node: nodeName,
          change: z.enum(['added', 'adopted', 'changed', 'removed', 'released']).meta({
            description:
              '`adopted`: it is there, and the file names it now. `removed`: it left the file, and is deleted. `released`: it left the file, and stays.',
          }),
          settings: z.array(z.string()).readonly().meta({ description: 'The settings that change.' }),
        }),
      )
      .readonly()
      .meta({ description: 'Declared nodes that change, at most 1,000 of them.' }),
    node_counts: z
      .strictObject({ added: count, adopted: count, changed: count, removed: count, released: count })
      .meta({ description: 'How many declared nodes change, all of them.' }),
  })
  .meta({ id: 'ConfigurationDiff' });

export const supervision = z
  .looseObject({ status: z.enum(['ready', 'unready']) })
  .meta({ description: 'Its fields depend on the version.' });

export const cluster = z
  .strictObject({
    name: z.string().meta({ description: 'Of the daemon that answers.' }),
    members: z
      .array(
        z.strictObject({
          name: z.string(),
          advertise: z.string(),
          ready: z.boolean().meta({ description: 'Whether it may get partitions. One that leaves may not.' }),
          lease_left: z.number().nullable().meta({
            description:
              'For how many seconds it may answer, unless it renews its lease; null for others than the daemon that answers.',
          }),
        }),
      )
      .readonly(),
    partitions: z
      .array(
        z.strictObject({
          name: z.string(),
          owner: z.string().nullable(),
          epoch: count.nullable().meta({ description: 'Greater with each owner.' }),
          in_doubt: z.boolean().meta({
            description:
              'Whether the owner may be another one by now, since the daemon that answers could not renew its lease in time.',
          }),
          here: z
            .boolean()
            .meta({ description: 'Whether the daemon that answers serves its users or nodes.' }),
        }),
      )
      .readonly(),
  })
  .meta({ id: 'Cluster' });
