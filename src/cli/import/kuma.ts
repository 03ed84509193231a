import * as z from 'zod';
import {
  Distinct,
  labelsOf,
  problemWith,
  slugFrom,
  type Imported,
  type ImportedNode,
  type LeftOut,
} from './imported-node.js';
import { monitor, type Monitor } from './kuma-monitor.js';
import { probeOf } from './kuma-probe.js';

const named = z.looseObject({ name: z.string() });

const backup = z.looseObject({
  version: z.string().optional(),
  monitorList: z.array(monitor),
  notificationList: z.array(named).nullish(),
  proxyList: z.array(z.unknown()).nullish(),
});

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
    const brought = probeOf(each);
    if (each.type !== 'push' && (brought === undefined || typeof brought === 'string')) {
      leftOut.push({ name, reason: reasonFor(each, brought) });
      continue;
    }
    const probed = typeof brought === 'object' ? brought : undefined;
    const slug =
      probed === undefined
        ? slugs.take(slugFrom(name), [`${slugFrom(name)}-${each.id}`, `monitor-${each.id}`])
        : undefined;
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
      ...(probed !== undefined && { probe: probed.probe }),
    };
    const notes = [...notesOn(each), ...(probed?.notes ?? []), ...labelled.notes];
    const problem = problemWith(settings);
    if (problem === undefined) nodes.push({ name, settings, isPaused: !each.active, notes });
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
      ...(nodes.some(({ settings }) => 'probe' in settings)
        ? ['the daemon probes public addresses only: name internal networks in probes.allow']
        : []),
    ],
  };
}

/** @param without why a type that can be a probe is none here */
function reasonFor({ type }: Monitor, without: string | undefined): string {
  if (type === 'group') return 'type group: its members have its name as the label group';
  return without === undefined
    ? `type ${type} is not brought over`
    : `type ${type} is not brought over: ${without}`;
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
