import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Sample } from '../daemon/live.js';
import { formatNumber } from '../i18n/format.js';
import { locale, t } from '../i18n/messages.js';

const HEIGHT = 132;
/** The least that the axis of time shows, so that the first samples do not look like years. */
const LEAST_SPAN = 300;

/** Steps of the axis of time. */
const MINUTES = [1, 2, 5, 10, 15, 30, 60];

/** Users online over time. */
export function UsersChart({ samples }: { readonly samples: readonly Sample[] }) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | undefined>(undefined);
  const data = useRef<uPlot.AlignedData>([[], []]);
  data.current = [samples.map(({ at }) => at / 1000), samples.map(({ online }) => online)];

  useEffect(() => {
    const box = place.current;
    if (box === null) return undefined;
    const draw = (): void => {
      chart.current?.destroy();
      chart.current = new uPlot(optionsFor(box), data.current, box);
    };
    draw();
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', draw);
    const sizes = new ResizeObserver(() =>
      chart.current?.setSize({ width: box.clientWidth, height: HEIGHT }),
    );
    sizes.observe(box);
    return () => {
      sizes.disconnect();
      scheme.removeEventListener('change', draw);
      chart.current?.destroy();
      chart.current = undefined;
    };
  }, []);

  useEffect(() => chart.current?.setData(data.current), [samples]);

  const counts = samples.map(({ online }) => online);
  const label = t.usersChart(
    formatNumber(counts.at(-1) ?? 0),
    formatNumber(Math.min(...counts)),
    formatNumber(Math.max(...counts)),
  );
  return <div class="chart" ref={place} role="img" aria-label={label} />;
}

function optionsFor(box: HTMLElement): uPlot.Options {
  const colours = getComputedStyle(box);
  const colour = (name: string): string => colours.getPropertyValue(name).trim();
  const axis = {
    stroke: colour('--dim'),
    font: '11px system-ui, sans-serif',
    ticks: { show: false },
    grid: { stroke: colour('--line'), width: 1 },
  };
  const clock = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' });
  return {
    width: box.clientWidth,
    height: HEIGHT,
    padding: [8, 4, 0, 0],
    cursor: { show: false },
    legend: { show: false },
    scales: {
      x: { time: true, range: (_, from, to) => [Math.min(from, to - LEAST_SPAN), to] },
      // From nothing, and with room above: a line of ones is not the top of everything.
      y: { range: (_, _from, to) => [0, Math.max(4, to * 1.15)] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 22,
        space: 72,
        incrs: MINUTES.map((minutes) => minutes * 60),
        values: (_, at) => at.map((each) => clock.format(each * 1000)),
      },
      {
        ...axis,
        size: (_: uPlot, values: readonly string[] | null) =>
          12 + 7 * Math.max(1, ...(values ?? []).map((each) => each.length)),
        space: 36,
        incrs: [
          1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6, 2e6, 5e6,
        ],
        values: (_, at) => at.map(formatNumber),
      },
    ],
    series: [
      {},
      { stroke: colour('--accent'), width: 2, fill: colour('--accent-soft'), points: { show: false } },
    ],
  };
}
