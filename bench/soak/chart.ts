import { linearAxis } from '../chart/axis.js';
import { short } from '../chart/panel.js';
import type { Sample } from './measures.js';
import type { FaultKind } from './fault-plan.js';

/** A fault as it was, in seconds since the beginning of the run. */
export interface Happened {
  readonly kind: FaultKind;
  readonly from: number;
  readonly to: number;
}

interface Panel {
  readonly title: string;
  readonly of: (sample: Sample) => number | null;
}

const PANELS: readonly Panel[] = [
  { title: 'Memory (RSS), MB', of: (at) => at.rss_bytes / 1e6 },
  { title: 'File descriptors', of: (at) => at.descriptors },
  { title: 'Store, MB', of: (at) => at.store_bytes / 1e6 },
  { title: 'A single heal, p99, ms', of: (at) => at.heal_p99_ms },
  { title: 'Users online', of: (at) => at.users_online },
  { title: 'Alerts that wait', of: (at) => at.alerts_waiting },
];
const COLOURS: Readonly<Record<FaultKind, string>> = {
  kill: '#b91c1c',
  restart: '#7c3aed',
  freeze: '#0369a1',
  'full-disk': '#b45309',
  reload: '#15803d',
  outage: '#9ca3af',
};
const [WIDTH, HEIGHT] = [1040, 190];
const MARGIN = { left: 64, right: 16, top: 30, bottom: 24 };
/** A fault that is over at once would not be seen. */
const THINNEST = 1;
const HOUR = 3_600;

/** A page with a panel for each figure, and the faults behind the lines. */
export function drawSoak(samples: readonly Sample[], faults: readonly Happened[], caption: string): string {
  const end = Math.max(1, ...samples.map(({ at }) => at), ...faults.map(({ to }) => to));
  const legend = Object.entries(COLOURS).map(
    ([kind, colour]) => `<span><i style="background:${colour}"></i>${kind}</span>`,
  );
  return [
    '<!doctype html>',
    '<meta charset="utf-8" />',
    '<title>Soak</title>',
    `<style>${STYLE}</style>`,
    '<h1>Soak</h1>',
    `<p>${escaped(caption)}</p>`,
    `<p class="legend">${legend.join(' ')}</p>`,
    ...PANELS.map((panel) => drawPanel(panel, samples, faults, end)),
    '',
  ].join('\n');
}

const STYLE = `
  body { font: 14px system-ui, sans-serif; max-width: 1080px; margin: 2em auto; color: #1f2937; background: #fff; }
  h1 { font-size: 20px; } .legend span { margin-right: 1.2em; }
  .legend i { display: inline-block; width: 10px; height: 10px; margin-right: 5px; }
  svg { display: block; } text { fill: #4b5563; font: 12px system-ui, sans-serif; } .title { font-weight: 600; fill: #1f2937; }
  .grid { stroke: #eceef1; } polyline { fill: none; stroke: #111827; stroke-width: 1.3; }
`;

function drawPanel(
  panel: Panel,
  samples: readonly Sample[],
  faults: readonly Happened[],
  end: number,
): string {
  const values = samples.flatMap((sample) => panel.of(sample) ?? []);
  const axis = linearAxis(values.length > 0 ? values : [1]);
  const inner = { width: WIDTH - MARGIN.left - MARGIN.right, height: HEIGHT - MARGIN.top - MARGIN.bottom };
  const x = (at: number): number => round(MARGIN.left + (at / end) * inner.width);
  const y = (value: number): number => round(MARGIN.top + (1 - axis.at(value)) * inner.height);
  const bands = faults.map(({ kind, from, to }) => {
    const width = Math.max(THINNEST, x(to) - x(from));
    return `<rect x="${String(x(from))}" y="${String(MARGIN.top)}" width="${String(round(width))}" height="${String(inner.height)}" fill="${COLOURS[kind]}" fill-opacity="0.35"><title>${kind}</title></rect>`;
  });
  const grid = axis.ticks.map(
    (tick) =>
      `<line class="grid" x1="${String(MARGIN.left)}" x2="${String(WIDTH - MARGIN.right)}" y1="${String(y(tick))}" y2="${String(y(tick))}"/>` +
      `<text text-anchor="end" x="${String(MARGIN.left - 6)}" y="${String(y(tick) + 4)}">${short(tick)}</text>`,
  );
  const unit = end >= 2 * HOUR ? { seconds: HOUR, name: 'h' } : { seconds: 60, name: 'min' };
  const times = linearAxis([end / unit.seconds], 6)
    .ticks.filter((tick) => tick * unit.seconds <= end)
    .map(
      (tick) =>
        `<text text-anchor="middle" x="${String(x(tick * unit.seconds))}" y="${String(HEIGHT - 6)}">${short(tick)} ${unit.name}</text>`,
    );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${String(WIDTH)}" height="${String(HEIGHT)}" role="img" aria-label="${panel.title}">`,
    `<text class="title" x="${String(MARGIN.left)}" y="18">${panel.title}</text>`,
    ...bands,
    ...grid,
    ...times,
    ...lines(panel, samples).map(
      (line) =>
        `<polyline points="${line.map(([at, value]) => `${String(x(at))},${String(y(value))}`).join(' ')}"/>`,
    ),
    '</svg>',
  ].join('\n');
}

/** A line breaks where there was no value. */
function lines(panel: Panel, samples: readonly Sample[]): readonly (readonly [number, number])[][] {
  const parts: [number, number][][] = [[]];
  for (const sample of samples) {
    const value = panel.of(sample);
    if (value === null) parts.push([]);
    else parts.at(-1)?.push([sample.at, value]);
  }
  return parts.filter((part) => part.length > 0);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
