import * as z from 'zod';
import { acknowledgement, uptime } from './node-answers.js';
import { count, flipCause, instant, nodeName } from './values.js';

const begun = count.meta({ description: 'Incidents that began in it.' });

const day = z
  .strictObject({
    date: z.string().meta({ description: 'The day by the clocks of the time zone, as in `2026-11-30`.' }),
    ...uptime.shape,
    incidents: begun,
  })
  .meta({ id: 'UptimeDay' });

const month = z
  .strictObject({
    month: z.string().meta({ description: 'As in `2026-11`.' }),
    ...uptime.shape,
    incidents: begun,
  })
  .meta({ id: 'UptimeMonth' });

const incident = z
  .strictObject({
    node: nodeName,
    from: instant.meta({
      description: 'When the node failed. The beginning of what is known, if that flip is not kept any more.',
    }),
    to: instant.nullable().meta({ description: 'When it recovered; null while it is failed.' }),
    cause: flipCause.nullable().meta({ description: 'Null if its flip is not kept any more.' }),
    reason: z.string().optional().meta({
      description: 'Why it failed, where that is known: what the node reported, or its probe found.',
    }),
    acknowledged: acknowledgement
      .nullable()
      .meta({ description: 'Its last acknowledgement that was not taken back; null if there is none.' }),
  })
  .meta({ id: 'Incident' });

const shape = {
  time_zone: z.string(),
  uptime,
  days: z
    .array(day)
    .readonly()
    .meta({ description: 'Oldest first. A day on which the clocks change has 23 or 25 hours.' }),
  months: z.array(month).readonly().meta({ description: 'Oldest first, cut at the ends of the range.' }),
  incidents: z.array(incident).readonly().meta({ description: 'The newest ones, newest first.' }),
  incidents_total: count.meta({ description: 'How many there are in the range, listed or not.' }),
};

export const uptimeReport = z.strictObject({ name: nodeName, ...shape }).meta({ id: 'UptimeReport' });

const share = z
  .strictObject({ name: nodeName, ...uptime.omit({ from: true, to: true }).shape, incidents: count })
  .meta({ id: 'NodeUptime' });

export const uptimeReportOfNodes = z
  .strictObject({
    ...shape,
    nodes: z
      .array(share)
      .readonly()
      .meta({ description: 'The ones that had failed for longest, longest first.' }),
    nodes_total: count.meta({ description: 'How many nodes match, listed or not.' }),
  })
  .meta({ id: 'UptimeReportOfNodes' });
