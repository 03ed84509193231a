import type { Api, NodeSettings } from '../../../src/client/api/index.js';
import { labelsIn, linesIn, linesOf, linesOfLabels, split } from '../../daemon/labels.js';

/** The settings of a node as they stand in the fields of a form. */
export interface SettingsForm {
  readonly expects: 'timeout' | 'adaptive' | 'every' | 'cron';
  readonly timeout: string;
  readonly maxRetries: string;
  readonly min: string;
  readonly max: string;
  readonly threshold: string;
  readonly every: string;
  /** An expression a line. */
  readonly cron: string;
  readonly timeZone: string;
  /** Of a schedule. */
  readonly late: string;
  /** How long a job may take, of a node without a schedule. */
  readonly grace: string;
  readonly slug: string;
  readonly probe: 'none' | 'http' | 'tcp' | 'tls' | 'dns';
  /** A URL, an address or a name. */
  readonly target: string;
  readonly probeEvery: string;
  readonly maxMs: string;
  readonly status: string;
  /** `name: text`, one a line. */
  readonly header: string;
  readonly body: string;
  readonly certificateDays: string;
  readonly redirects: string;
  readonly type: string;
  readonly server: string;
  /** A value a line. */
  readonly answer: string;
  /** `key:value`, one a line. */
  readonly labels: string;
  readonly sendsTo: 'all' | 'some';
  /** A channel a line. */
  readonly channels: string;
  /** A node a line. */
  readonly dependsOn: string;
}

const EMPTY: SettingsForm = {
  expects: 'timeout',
  timeout: '',
  maxRetries: '',
  min: '',
  max: '',
  threshold: '',
  every: '',
  cron: '',
  timeZone: '',
  late: '',
  grace: '',
  slug: '',
  probe: 'none',
  target: '',
  probeEvery: '',
  maxMs: '',
  status: '',
  header: '',
  body: '',
  certificateDays: '',
  redirects: '',
  type: 'A',
  server: '',
  answer: '',
  labels: '',
  sendsTo: 'all',
  channels: '',
  dependsOn: '',
};

/** A form with what a node has. What it has from the configuration stands there, too, and is not sent back. */
export function formOf(node: Api.Node): SettingsForm {
  return {
    ...EMPTY,
    ...expectationIn(node),
    ...probeIn(node),
    grace: node.schedule === undefined ? textOf(node.grace) : '',
    slug: node.slug === node.name ? '' : (node.slug ?? ''),
    labels: linesOfLabels(node.labels),
    sendsTo: node.channels === null ? 'all' : 'some',
    channels: linesOf(node.channels ?? []),
    dependsOn: linesOf(node.dependsOn),
  };
}

function expectationIn({ schedule, timeout, maxRetries }: Api.Node): Partial<SettingsForm> {
  if (schedule !== undefined) {
    const late = textOf(schedule.grace);
    if ('every' in schedule) return { expects: 'every', every: textOf(schedule.every), late };
    const { cron, timeZone = '' } = schedule;
    return { expects: 'cron', cron: linesOf([cron].flat()), timeZone, late };
  }
  const retries = { maxRetries: textOf(maxRetries) };
  if (timeout === null || typeof timeout === 'number')
    return { expects: 'timeout', timeout: textOf(timeout), ...retries };
  const { min, max, threshold } = timeout;
  return {
    expects: 'adaptive',
    min: textOf(min),
    max: textOf(max),
    threshold: textOf(threshold),
    ...retries,
  };
}

function probeIn({ probe }: Api.Node): Partial<SettingsForm> {
  if (probe === undefined) return {};
  const common = { probeEvery: textOf(probe.every), maxMs: textOf(probe.expect?.maxMs) };
  if ('http' in probe) {
    const { status, header = {}, body = '', certificateDays, redirects } = probe.expect ?? {};
    return {
      ...common,
      probe: 'http',
      target: probe.http,
      status: [status ?? []].flat().join(', '),
      header: linesOf(Object.entries(header).map(([name, text]) => `${name}: ${text}`)),
      body,
      certificateDays: textOf(certificateDays),
      redirects: textOf(redirects),
    };
  }
  if ('tcp' in probe) return { ...common, probe: 'tcp', target: probe.tcp };
  if ('tls' in probe) {
    const certificateDays = textOf(probe.expect?.certificateDays);
    return { ...common, probe: 'tls', target: probe.tls, certificateDays };
  }
  const { dns, type = 'A', server = '', expect } = probe;
  return { ...common, probe: 'dns', target: dns, type, server, answer: linesOf(expect?.answer ?? []) };
}

/** All settings that a form has. An empty field is null: the default. */
function settingsIn(form: SettingsForm): NodeSettings {
  const isJob = form.expects === 'every' || form.expects === 'cron';
  return {
    ...(isJob
      ? { schedule: scheduleIn(form) }
      : {
          schedule: null,
          timeout: timeoutIn(form),
          maxRetries: numberIn(form.maxRetries) ?? null,
          grace: numberIn(form.grace) ?? null,
          probe: probeOf(form),
        }),
    slug: form.slug === '' ? null : form.slug,
    labels: labelsIn(form.labels),
    channels: form.sendsTo === 'all' ? null : linesIn(form.channels),
    dependsOn: linesIn(form.dependsOn),
  };
}

function timeoutIn({
  expects,
  timeout,
  min,
  max,
  threshold,
}: SettingsForm): number | Api.AdaptiveTimeout | null {
  if (expects === 'timeout') return numberIn(timeout) ?? null;
  return {
    adaptive: true,
    min: numberIn(min) ?? 0,
    max: numberIn(max) ?? 0,
    ...(threshold !== '' && { threshold: Number(threshold) }),
  };
}

function scheduleIn({
  expects,
  every,
  cron,
  timeZone,
  late,
}: SettingsForm): Api.IntervalSchedule | Api.CronSchedule {
  const grace = late === '' ? {} : { grace: Number(late) };
  if (expects === 'every') return { every: numberIn(every) ?? 0, ...grace };
  const [first = '', ...others] = linesIn(cron);
  const lines = others.length === 0 ? first : [first, ...others];
  return { cron: lines, ...(timeZone !== '' && { timeZone }), ...grace };
}

function probeOf(form: SettingsForm): NonNullable<Api.Node['probe']> | null {
  const { probe, target } = form;
  const every = form.probeEvery === '' ? {} : { every: Number(form.probeEvery) };
  const maxMs = form.maxMs === '' ? {} : { maxMs: Number(form.maxMs) };
  const days = form.certificateDays === '' ? {} : { certificateDays: Number(form.certificateDays) };
  switch (probe) {
    case 'none':
      return null;
    case 'tcp':
      return { tcp: target, ...every, ...expecting(maxMs) };
    case 'tls':
      return { tls: target, ...every, ...expecting({ ...maxMs, ...days }) };
    case 'dns': {
      const answer = linesIn(form.answer);
      const type = TYPES.find((each) => each === form.type) ?? 'A';
      const server = form.server === '' ? {} : { server: form.server };
      const expect = expecting({ ...maxMs, ...(answer.length > 0 && { answer }) });
      return { dns: target, type, ...server, ...every, ...expect };
    }
    case 'http': {
      const statuses = form.status
        .split(/[\s,]+/)
        .filter(Boolean)
        .map(Number);
      const [status = 0] = statuses;
      const header = linesIn(form.header).map((line): readonly [string, string] => {
        const [name, text] = split(line, ':');
        return [name.trim(), text.trim()];
      });
      const expect = expecting({
        ...(statuses.length > 0 && { status: statuses.length === 1 ? status : statuses }),
        ...(header.length > 0 && { header: Object.fromEntries(header) }),
        ...(form.body !== '' && { body: form.body }),
        ...maxMs,
        ...days,
        ...(form.redirects !== '' && { redirects: Number(form.redirects) }),
      });
      return { http: target, ...every, ...expect };
    }
  }
}

export const TYPES = ['A', 'AAAA', 'CNAME', 'MX', 'NS', 'TXT'] as const;

/** The settings in which two forms differ, as `after` has them. */
export function changesIn(before: SettingsForm, after: SettingsForm): NodeSettings {
  const [were, are] = [settingsIn(before), settingsIn(after)];
  return pick(are, (name) => JSON.stringify(are[name]) !== JSON.stringify(were[name]));
}

/** The fields that somebody has changed, on top of what others have changed since. */
export function merged(before: SettingsForm, mine: SettingsForm, theirs: SettingsForm): SettingsForm {
  return { ...theirs, ...pick(mine, (name) => mine[name] !== before[name]) };
}

function pick<Whole extends object>(whole: Whole, isWanted: (name: keyof Whole) => boolean): Partial<Whole> {
  const picked: Partial<Whole> = {};
  for (const name in whole) if (isWanted(name)) picked[name] = whole[name];
  return picked;
}

function expecting<Expected extends object>(expect: Expected): { readonly expect?: Expected } {
  return Object.keys(expect).length === 0 ? {} : { expect };
}

function numberIn(text: string): number | undefined {
  return text.trim() === '' ? undefined : Number(text);
}

function textOf(value: number | null | undefined): string {
  return value === null || value === undefined ? '' : String(value);
}
