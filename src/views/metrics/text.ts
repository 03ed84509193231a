import type { Distribution, MetricFamily } from '../../ports/metrics.js';

/** Prometheus's text format, which it has understood since 2014. */
export const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

type Labels = Readonly<Record<string, string>>;

/** The answer to a scrape. Not `prom-client`: importing it took 9 MB (decision 35). */
export function metricsText(families: readonly MetricFamily[]): string {
  return families.map(familyText).join('');
}

function familyText(family: MetricFamily): string {
  const { name, help, type } = family;
  const lines = [`# HELP ${name} ${help.replaceAll('\\', '\\\\')}`, `# TYPE ${name} ${type}`];
  if (family.type === 'histogram') {
    for (const sample of family.samples) lines.push(...distributionLines(name, sample));
  } else {
    for (const { labels = {}, value } of family.samples) lines.push(line(name, labels, value));
  }
  return `${lines.join('\n')}\n`;
}

/** Buckets are cumulative there. */
function distributionLines(name: string, { labels = {}, bounds, counts, sum }: Distribution): string[] {
  let count = 0;
  const buckets = counts.map((each, at) => {
    count += each;
    return line(`${name}_bucket`, { ...labels, le: numberText(bounds[at] ?? Infinity) }, count);
  });
  return [...buckets, line(`${name}_sum`, labels, sum), line(`${name}_count`, labels, count)];
}

function line(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${numberText(value)}`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function numberText(value: number): string {
  if (value === Infinity) return '+Inf';
  return value === -Infinity ? '-Inf' : String(value);
}
