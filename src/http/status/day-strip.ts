import { ratioOf } from '../../domain/uptime.js';
import type { UptimePart } from '../../domain/uptime-report.js';
import { html, type Html } from '../pages/html.js';
import type { Formats, StatusWords } from './status-words.js';

type Day = 'up' | 'partly' | 'down' | 'none';

/** Below it, a day has more than a short outage: about a quarter of an hour. */
const SHORT = 0.99;
const WIDTH = 8;
const GAP = 2;
const HEIGHT = 36;
/** From the bottom. An outage stands out by its height, for those who see fewer colours. */
const HEIGHTS: Readonly<Record<Day, number>> = { up: 24, partly: 32, down: 36, none: 6 };

function kindOf({ uptime }: UptimePart): Day {
  const ratio = ratioOf(uptime);
  if (ratio === undefined) return 'none';
  if (ratio === 1) return 'up';
  return ratio >= SHORT ? 'partly' : 'down';
}

/** The days on which something was down. */
export function daysDown(days: readonly UptimePart[]): number {
  return days.filter((day) => (ratioOf(day.uptime) ?? 1) < 1).length;
}

/** A bar for each day. Days alike are one path, so that a page of many groups stays small. */
export function dayStrip(
  days: readonly UptimePart[],
  label: string,
  words: StatusWords,
  formats: Formats,
): Html {
  const at = (index: number) => index * (WIDTH + GAP);
  const kinds = days.map(kindOf);
  const paths = (['up', 'none'] as const).map((kind) => {
    const bars = kinds.flatMap((each, index) => (each === kind ? [bar(at(index), HEIGHTS[kind])] : []));
    return bars.length === 0 ? html`` : html`<path class="${kind}" d="${bars.join('')}" />`;
  });
  const notable = days.map((day, index) => {
    const kind = kinds[index] ?? 'none';
    if (kind === 'up' || kind === 'none') return html``;
    const title = `${formats.day(day.name)}: ${words.dayDown} ${formats.percent(ratioOf(day.uptime) ?? 0)}`;
    return html`<path class="${kind}" d="${bar(at(index), HEIGHTS[kind])}"><title>${title}</title></path>`;
  });
  const width = at(days.length) - GAP;
  return html`<svg
    class="strip"
    viewBox="0 0 ${width} ${HEIGHT}"
    preserveAspectRatio="none"
    role="img"
    aria-label="${label}"
  >
    ${paths}${notable}
  </svg>`;
}

function bar(from: number, height: number): string {
  return `M${String(from)} ${String(HEIGHT - height)}h${String(WIDTH)}v${String(height)}h-${String(WIDTH)}z`;
}
