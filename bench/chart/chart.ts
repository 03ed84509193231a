import type { CostPoint } from '../row.js';
import { drawPanel, type PanelPlan } from './panel.js';

const WIDTH = 1040;
const HEIGHT = 400;
const MARGIN = { left: 60, right: 28, top: 140, bottom: 66 };
const BETWEEN = 68;

const STYLE = `
  text { font-family: system-ui, 'Segoe UI', Helvetica, Arial, 'DejaVu Sans', sans-serif; fill: #1f2937; }
  .card { fill: #ffffff; stroke: #e5e7eb; }
  .headline { font-size: 20px; font-weight: 600; }
  .caption, .unit, .tick, .axis { fill: #6b7280; }
  .caption { font-size: 13px; } .unit, .tick, .axis { font-size: 12px; }
  .title { font-size: 15px; font-weight: 600; }
  .value { font-size: 12px; font-weight: 600; }
  .grid { stroke: #eceef1; } .base { stroke: #9ca3af; }
  .line { fill: none; stroke: #be123c; stroke-width: 2.5; stroke-linejoin: round; }
  .area { fill: #be123c; fill-opacity: 0.07; }
  .dot { fill: #be123c; stroke: #ffffff; stroke-width: 2; }
  .limit { stroke: #6b7280; stroke-dasharray: 5 4; } .limit-label { font-size: 11.5px; fill: #6b7280; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e5e7eb; } .card { fill: #111827; stroke: #374151; }
    .caption, .unit, .tick, .axis, .limit-label { fill: #9ca3af; }
    .grid { stroke: #1f2937; } .base { stroke: #6b7280; } .line { stroke: #fb7185; }
    .area { fill: #fb7185; fill-opacity: 0.1; } .dot { fill: #fb7185; stroke: #111827; }
  }`;

/** With fewer users, their memory is less than the variation of an idle daemon's. */
const WEIGHABLE = 100_000;

/**
 * The cost of a heal and of a user by the number of users online: three panels, one figure each.
 *
 * @param points at least one
 * @param caption the machine it was measured on
 */
export function drawChart(points: readonly CostPoint[], caption: string): string {
  const weighed = points.filter(({ users }) => users >= WEIGHABLE);
  const panels: PanelPlan[] = [
    {
      title: 'CPU for a heal',
      unit: 'µs',
      points: points.map((at) => ({ users: at.users, value: at.cpu_us_per_heal })),
    },
    {
      title: 'p99 of a heal',
      unit: 'ms',
      points: points.map((at) => ({ users: at.users, value: at.heal_p99_ms })),
    },
    {
      title: 'Memory for a user',
      unit: 'bytes of RSS',
      points: (weighed.length > 0 ? weighed : points).map((at) => ({
        users: at.users,
        value: Math.max(1, at.rss_bytes_per_user),
      })),
    },
  ];
  const width = (WIDTH - MARGIN.left - MARGIN.right - BETWEEN * (panels.length - 1)) / panels.length;
  const height = HEIGHT - MARGIN.top - MARGIN.bottom;
  const drawn = panels.map((panel, index) => {
    const left = MARGIN.left + index * (width + BETWEEN);
    const middle = String(left + width / 2);
    return [
      drawPanel(panel, { left, top: MARGIN.top, width, height }),
      `<text class="axis" text-anchor="middle" x="${middle}" y="${String(HEIGHT - 22)}">users online</text>`,
    ].join('\n');
  });
  const size = `width="${String(WIDTH)}" height="${String(HEIGHT)}" viewBox="0 0 ${String(WIDTH)} ${String(HEIGHT)}"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img" aria-label="What a heal and a user cost as more come online">`,
    `<style>${STYLE}\n</style>`,
    `<rect class="card" x="0.5" y="0.5" width="${String(WIDTH - 1)}" height="${String(HEIGHT - 1)}" rx="10"/>`,
    `<text class="headline" x="28" y="42">What a heal and a user cost as more come online</text>`,
    `<text class="caption" x="28" y="64">${escaped(caption)}</text>`,
    ...drawn,
    '</svg>',
    '',
  ].join('\n');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
