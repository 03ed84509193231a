import * as z from 'zod';
import {
  Distinct,
  labelsOf,
  problemWith,
  type Imported,
  type ImportedNode,
  type LeftOut,
} from './imported-node.js';

/** Of a check in the answer to `GET /api/v3/checks/` of healthchecks (its Management API v3), what is used. */
const check = z.looseObject({
  name: z.string(),
  slug: z.string().default(''),
  tags: z.string().default(''),
  desc: z.string().default(''),
  grace: z.number(),
  status: z.string(),
  manual_resume: z.boolean().default(false),
  methods: z.string().default(''),
  start_kw: z.string().default(''),
  success_kw: z.string().default(''),
  failure_kw: z.string().default(''),
  filter_subject: z.boolean().default(false),
  filter_body: z.boolean().default(false),
  filter_http_body: z.boolean().default(false),
  channels: z.string().default(''),
  timeout: z.number().optional(),
  schedule: z.string().optional(),
  tz: z.string().optional(),
  /** Absent for a read-only key. */
  ping_url: z.string().optional(),
  /** Present for a read-only key. */
  unique_key: z.string().optional(),
});

const answer = z.looseObject({ checks: z.array(check) });

type Check = z.output<typeof check>;

const TIMEOUT_MS = 30_000;
const SHORT = 8;
const STATES = ['new', 'up', 'grace', 'down', 'paused', 'started'];

/**
 * Reads the checks of a project.
 *
 * @throws Error that says what to do, without the key
 */
export async function checksAt(from: string, key: string): Promise<readonly Check[]> {
  const url = `${from.replace(/\/+$/, '')}/api/v3/checks/`;
  // A redirect would carry the key to another host.
  const request = {
    headers: { 'x-api-key': key },
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  } as const;
  const response = await fetch(url, request).catch((error: unknown) => {
    throw new Error(`${url} cannot be reached: ${reasonOf(error)}`);
  });
  const text = await response.text().catch((error: unknown) => {
    throw new Error(`${url} did not answer within ${TIMEOUT_MS / 1000} s: ${reasonOf(error)}`);
  });
  if (response.status === 401 || response.status === 403)
    throw new Error(`${url} refuses the key (${response.status}): it must be an API key of the project`);
  if (response.status !== 200)
    throw new Error(
      response.status >= 500
        ? `${url} answered ${response.status}: try again later`
        : `${url} answered ${response.status}: --from must be the address of the site, without a redirect`,
    );
  const read = answer.safeParse(jsonIn(text));
  if (!read.success) {
    const [issue] = read.error.issues;
    const place =
      issue === undefined || issue.path.length === 0
        ? ''
        : `: ${issue.path.map(String).join('.')}: ${issue.message}`;
    throw new Error(`${url} did not answer with a list of checks${place}`);
  }
  return read.data.checks;
}

/** The checks as nodes: name, slug, period or cron expression with its grace, tags and description as labels. */
export function fromHealthchecks(checks: readonly Check[]): Imported {
  const names = new Distinct();
  const slugs = new Distinct();
  const nodes: ImportedNode[] = [];
  const leftOut: LeftOut[] = [];
  for (const each of checks) {
    const { name: given, slug, ping_url: pingUrl } = each;
    const id = (pingUrl?.split('/').at(-1) ?? each.unique_key ?? '').slice(0, SHORT);
    const name = names.take(given, [slug, `${given === '' ? 'check' : given} (${id})`]) ?? given;
    const notes = [...notesOn(each)];
    if (name !== given)
      notes.push(`its name is ${name} here, since another one is called ${given === '' ? 'nothing' : given}`);
    const ownSlug = slug === '' ? undefined : slugs.take(slug, []);
    if (slug !== '' && ownSlug === undefined)
      notes.push(`slug: another check has ${slug}, so this one is pinged by UUID`);
    const labelled = labelsOf([
      ...each.tags.split(/\s+/).map(labelOfTag),
      ...(each.desc === '' ? [] : [['description', each.desc] as const]),
    ]);
    const settings = {
      schedule: scheduleOf(each),
      labels: labelled.labels,
      ...(ownSlug !== undefined && { slug: ownSlug }),
    };
    const problem = problemWith(settings);
    if (problem !== undefined) leftOut.push({ name, reason: reasonFor(each, problem) });
    else
      nodes.push({
        name,
        settings,
        isPaused: each.status === 'paused',
        notes: [...notes, ...labelled.notes],
        ...(pingUrl !== undefined && { pingUrl }),
      });
  }
  const hasIntegrations = checks.some(({ channels }) => channels !== '');
  const notes = [
    'pings and state changes of the past stay there; each node begins now',
    ...(hasIntegrations ? ['integrations have no counterpart: configure channels'] : []),
  ];
  return { nodes, leftOut, notes };
}

function scheduleOf({ schedule, tz, timeout, grace }: Check): object {
  if (schedule !== undefined) return { cron: schedule, time_zone: tz ?? 'UTC', grace };
  return { every: timeout, grace };
}

function reasonFor({ schedule }: Check, problem: string): string {
  const isOnCalendar = schedule !== undefined && schedule.trim().split(/\s+/).length !== 5;
  return isOnCalendar
    ? `its schedule ${JSON.stringify(schedule)} is no cron expression of five fields: OnCalendar has no counterpart`
    : problem;
}

/** `env=prod` and `env:prod` are a key and a value; any other tag is a key. */
function labelOfTag(tag: string): readonly [string, string] {
  const [, key, value] = /^([^:=]+)[:=](.+)$/.exec(tag) ?? [];
  return key === undefined || value === undefined ? [tag, 'true'] : [key, value];
}

function notesOn(found: Check): readonly string[] {
  const { status, methods, manual_resume: manual } = found;
  const keywords = [found.start_kw, found.success_kw, found.failure_kw].some((word) => word !== '');
  const isFiltered = found.filter_subject || found.filter_body || found.filter_http_body;
  return [
    ...(methods === '' ? [] : [`methods: ${methods}: GET, HEAD and POST all work here`]),
    ...(isFiltered || keywords
      ? ['filters of keywords: say the outcome in the URL (/start, /fail, an exit status)']
      : []),
    ...(status === 'paused' && !manual ? ['paused: a ping does not resume it here'] : []),
    ...(STATES.includes(status) ? [] : [`status ${status} is not known`]),
  ];
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
