import { linearAxis, logarithmicAxis, type Axis } from './axis.js';

export interface PanelPlan {
  readonly title: string;
  /** The unit of the values. */
  readonly unit: string;
  readonly points: readonly { readonly users: number; readonly value: number }[];
  /** The limit, drawn as a line. */
  readonly limit?: { readonly value: number; readonly label: string };
}

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A line with this downward slope would cross a label above its dot. */
const STEEP = 0.6;

/** Values further apart than this do not fit one linear axis. */
const LINEAR_RANGE = 6;

/** One figure by the number of users online, on a logarithmic axis. */
export function drawPanel(plan: PanelPlan, box: Box): string {
  const values = plan.points.map(({ value }) => value);
  const x = logarithmicAxis(plan.points.map(({ users }) => users));
  const shown = plan.limit === undefined ? values : [...values, plan.limit.value];
  const wide = Math.max(...shown) > LINEAR_RANGE * Math.min(...shown);
  const y = wide
    ? logarithmicAxis([...shown, Math.max(...shown) * 1.2], { fine: true })
    : linearAxis(shown.map((value) => value * 1.1));
  const px = (users: number): number => round(box.left + x.at(users) * box.width);
  const py = (value: number): number => round(box.top + (1 - y.at(value)) * box.height);
  const dots = plan.points.map(({ users, value }) => ({ x: px(users), y: py(value), value }));
  const line = dots.map(({ x, y }) => `${String(x)},${String(y)}`).join(' ');
  const bottom = round(box.top + box.height);
  const corner = (at: Dot | undefined): string => `${String(at?.x ?? 0)},${String(bottom)}`;
  return [
    `<text class="title" x="${String(box.left)}" y="${String(box.top - 34)}">${plan.title}</text>`,
    `<text class="unit" x="${String(box.left)}" y="${String(box.top - 16)}">${plan.unit}${wide ? ', logarithmic' : ''}</text>`,
    ...horizontal(y, box, py),
    ...x.ticks.map(
      (tick) =>
        `<text class="tick" text-anchor="middle" x="${String(px(tick))}" y="${String(bottom + 20)}">${short(tick)}</text>`,
    ),
    ...limitLine(plan, box, py),
    // On a logarithmic axis the area below a line means nothing.
    ...(wide
      ? []
      : [`<polygon class="area" points="${corner(dots.at(0))} ${line} ${corner(dots.at(-1))}"/>`]),
    `<polyline class="line" points="${line}"/>`,
    ...dots.map((at, index) => dot(at, dots[index - 1], dots[index + 1])),
  ].join('\n');
}

function horizontal({ ticks }: Axis, { left, width }: Box, py: (value: number) => number): string[] {
  return ticks.map((tick, index) => {
    const y = String(py(tick));
    return (
      `<line class="${index === 0 ? 'base' : 'grid'}" x1="${String(left)}" x2="${String(left + width)}" y1="${y}" y2="${y}"/>` +
      `<text class="tick" text-anchor="end" x="${String(left - 8)}" y="${String(py(tick) + 4)}">${short(tick)}</text>`
    );
  });
}

function limitLine({ limit }: PanelPlan, { left, width }: Box, py: (value: number) => number): string[] {
  if (limit === undefined) return [];
  const y = py(limit.value);
  return [
    `<line class="limit" x1="${String(left)}" x2="${String(left + width)}" y1="${String(y)}" y2="${String(y)}"/>`,
    `<text class="limit-label" x="${String(left + 4)}" y="${String(y + 15)}">${limit.label}</text>`,
  ];
}

interface Dot {
  readonly x: number;
  readonly y: number;
  readonly value: number;
}

/** A dot with its value above it; below it in a valley, and beside it if the line falls steeply. */
function dot({ x, y, value }: Dot, before: Dot | undefined, after: Dot | undefined): string {
  const falls = (from: Dot, to: Dot): boolean => to.y - from.y > STEEP * (to.x - from.x);
  const here = { x, y, value };
  const valley = before !== undefined && after !== undefined && before.y < y && after.y < y;
  const beside =
    after !== undefined && !valley && (falls(here, after) || (before !== undefined && falls(before, here)));
  const anchor = beside || before === undefined ? 'start' : 'middle';
  const shift = beside ? { x: 9, y: -5 } : { x: anchor === 'start' ? -4 : 0, y: valley ? 21 : -11 };
  return (
    `<circle class="dot" cx="${String(x)}" cy="${String(y)}" r="4.5"/>` +
    `<text class="value" text-anchor="${anchor}" x="${String(x + shift.x)}" y="${String(y + shift.y)}">${short(value)}</text>`
  );
}

/** The value in few characters: 300k, 1.98k, 38.2. */
export function short(value: number): string {
  if (value >= 1_000_000) return `${digits(value / 1_000_000)}M`;
  return value >= 1_000 ? `${digits(value / 1_000)}k` : digits(value);
}

function digits(value: number): string {
  return value >= 1_000 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
