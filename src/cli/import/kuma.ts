import { z } from 'zod';
import {
  Distinct,
  labelsOf,
  problemWith,
  slugFrom,
  type Imported,
  type ImportedNode,
  type LeftOut,
} from './imported-node.js';

/** SQLite has no booleans, so a backup may have numbers. */
const flag = z.union([z.boolean(), z.number()]).nullish().transform(Boolean);
const text = z
  .string()
  .nullish()
  .transform((given) => given ?? '');
const number = z.coerce.number().nullish();

/** Of a monitor in a backup of Uptime Kuma 1.x, what is used. */
const monitor = z.looseObject({
  id: z.number(),
  name: z.string(),
  type: z.string(),
  description: text,
  parent: z.number().nullish(),
  active: z
    .union([z.boolean(), z.number()])
    .nullish()
    .transform((given) => given === undefined || Boolean(given)),
  interval: z.coerce.number(),
  maxretries: number,
  retryInterval: number,
  resendInterval: number,
  upsideDown: flag,
  url: text,
  hostname: text,
  port: number,
  notificationIDList: z.record(z.string(), z.unknown()).nullish(),
  tags: z.array(z.looseObject({ name: z.string(), value: text })).nullish(),
});

const named = z.looseObject({ name: z.string() });

const backup = z.looseObject({
  version: z.string().optional(),
  monitorList: z.array(monitor),
  notificationList: z.array(named).nullish(),
  proxyList: z.array(z.unknown()).nullish(),
});

type Monitor = z.output<typeof monitor>;

/** Reads a backup, or says everything that is wrong with it, a line each. */
export function fromKuma(
  path: string,
  contents: string,
): Imported | { readonly problems: readonly string[] } {
  let json: unknown;
  try {
    json = JSON.parse(contents);
  } catch (error) {
    return { problems: [`${path}: is no JSON: ${error instanceof Error ? error.message : String(error)}`] };
  }
  const read = backup.safeParse(json);
  if (!read.success)
    return {
      problems: read.error.issues.map(
        ({ path: place, message }) => `${path}: ${['backup', ...place.map(String)].join('.')}: ${message}`,
      ),
    };
  const { monitorList, notificationList, proxyList } = read.data;
  const names = new Distinct();
  const slugs = new Distinct();
  const nodes: ImportedNode[] = [];
  const leftOut: LeftOut[] = [];
  for (const each of monitorList) {
    const name = names.take(each.name, [`${each.name} (${each.id})`]) ?? each.name;
    if (each.type !== 'push') {
      leftOut.push({ name, reason: reasonFor(each) });
      continue;
    }
    const slug = slugs.take(slugFrom(name), [`${slugFrom(name)}-${each.id}`, `monitor-${each.id}`]);
    const parent = monitorList.find(({ id }) => id === each.parent);
    const labelled = labelsOf([
      ...(each.tags ?? []).map(({ name: key, value }) => [key, value === '' ? 'true' : value] as const),
      ...(parent === undefined ? [] : [['group', parent.name] as const]),
      ...(each.description === '' ? [] : [['description', each.description] as const]),
    ]);
    const settings = {
      timeout: each.interval,
      max_retries: each.maxretries ?? 0,
      labels: labelled.labels,
      ...(slug !== undefined && slug !== name && { slug }),
    };
    const problem = problemWith(settings);
    if (problem === undefined)
      nodes.push({ name, settings, isPaused: !each.active, notes: [...notesOn(each), ...labelled.notes] });
    else leftOut.push({ name, reason: problem });
  }
  return {
    nodes,
    leftOut,
    notes: [
      ...(notificationList ?? []).map((found) => `notification ${found.name}: configure a channel`),
      ...(proxyList === undefined || proxyList === null || proxyList.length === 0
        ? []
        : ['proxies have no counterpart']),
      'push URLs have no counterpart: jobs ping /ping/<ping key>/<slug> instead',
    ],
  };
}

function reasonFor({ type, url, hostname, port }: Monitor): string {
  const how = 'is not brought over; give a node this probe';
  switch (type) {
    case 'http':
    case 'keyword':
    case 'json-query':
      return `type ${type} ${how}: { http: ${JSON.stringify(url)} }`;
    case 'port':
      return `type port ${how}: { tcp: ${JSON.stringify(`${hostname}:${port ?? ''}`)} }`;
    case 'group':
      return 'type group: its members have its name as the label group';
    default:
      return `type ${type} is not brought over`;
  }
}

function notesOn({
  interval,
  maxretries,
  retryInterval,
  resendInterval,
  upsideDown,
}: Monitor): readonly string[] {
  const hasOther = (maxretries ?? 0) > 0 && typeof retryInterval === 'number' && retryInterval !== interval;
  return [
    ...(hasOther ? [`retry interval ${retryInterval} s: a retry takes one timeout here`] : []),
    ...((resendInterval ?? 0) > 0 ? ['resend interval: see alerts.remind_every'] : []),
    ...(upsideDown ? ['upside down: it fails here when no heartbeat comes'] : []),
  ];
}
