import type { ComponentChildren } from 'preact';
import type { Api } from '../../../src/client/api/index.js';
import { formatMilliseconds, formatTick } from '../../i18n/format.js';
import { t } from '../../i18n/messages.js';
import { TOPS, type Segment } from '../../parts/segments.js';
import type { NodeSigns } from './node-past.js';
import { ticksOf } from './time-range.js';

interface TimelineRowsProps {
  readonly width: number;
  readonly from: number;
  readonly to: number;
  /** Before it nothing is known. */
  readonly observedFrom: number;
  readonly segments: readonly Segment[];
  /** When heartbeats came. */
  readonly beats: readonly number[];
  readonly signs: NodeSigns;
  /** All of it in a sentence. */
  readonly label: string;
}

/** Heights in pixels. */
const NAME = 18;
const BAR = 26;
const MARKS = 14;
const CHART = 72;
const GAP = 10;
const AXIS = 20;
/** The least width from one line of the axis to the next, and that of its text. */
const TICK = 84;
const TEXT = 60;

/** A duration of something. */
interface Lasted {
  readonly at: number;
  readonly seconds: number;
  readonly isGood: boolean;
  readonly of: 'probe' | 'run';
}

/** The rows of the axis, one below the other. Rows without anything to show are left out. */
export function TimelineRows({
  width,
  from,
  to,
  observedFrom,
  segments,
  beats,
  signs,
  label,
}: TimelineRowsProps) {
  const scale = width / (to - from);
  const x = (at: number): number => (at - from) * scale;
  const isShown = ({ at }: { readonly at: Date }): boolean => at.getTime() >= from && at.getTime() <= to;
  const pings = signs.pings.filter(isShown);
  const all = lastedIn(signs);
  const lasted = all.filter(({ at }) => at >= from && at <= to);
  const rows: { readonly name: string; readonly height: number; readonly drawn: ComponentChildren }[] = [
    {
      name: t.state,
      height: BAR,
      drawn: <States segments={segments} x={x} observedFrom={observedFrom} from={from} />,
    },
    {
      name: t.heartbeatsSeen,
      height: MARKS,
      drawn: beats
        .filter((at) => at >= from && at <= to)
        .map((at) => <rect key={at} class="beat" x={x(at) - 1} y={0} width={2} height={MARKS} />),
    },
    ...(signs.pings.length === 0
      ? []
      : [
          {
            name: t.pings,
            height: MARKS,
            drawn: pings.map((ping) => <PingMark key={ping.n} ping={ping} x={x(ping.at.getTime())} />),
          },
        ]),
    ...(all.length === 0
      ? []
      : [{ name: latencyName(lasted), height: CHART, drawn: <Latency lasted={lasted} x={x} /> }]),
  ];
  const tops = rows.map((_, at) =>
    rows.slice(0, at).reduce((sum, { height }) => sum + NAME + height + GAP, 0),
  );
  const bottom = rows.reduce((sum, { height }) => sum + NAME + height + GAP, 0);
  return (
    <svg width={width} height={bottom + AXIS} role="img" aria-label={label}>
      {ticksOf(from, to, Math.max(2, width / TICK)).map(({ at, kind }) => (
        <g key={at}>
          <line class="tick" x1={x(at)} x2={x(at)} y1={0} y2={bottom} />
          {x(at) > TEXT / 2 && x(at) < width - TEXT / 2 && (
            <text x={x(at)} y={bottom + AXIS - 5} text-anchor="middle">
              {formatTick(new Date(at), kind)}
            </text>
          )}
        </g>
      ))}
      {rows.map(({ name, height, drawn }, at) => (
        <g key={at} transform={`translate(0 ${tops[at] ?? 0})`}>
          <text class="row-name" x={0} y={NAME - 6}>
            {name}
          </text>
          <g transform={`translate(0 ${NAME})`}>
            <rect class="row-field" width={width} height={height} />
            {drawn}
          </g>
        </g>
      ))}
    </svg>
  );
}

interface StatesProps {
  readonly segments: readonly Segment[];
  readonly x: (at: number) => number;
  readonly from: number;
  readonly observedFrom: number;
}

function States({ segments, x, from, observedFrom }: StatesProps) {
  const high = BAR / 20;
  return (
    <>
      {observedFrom > from && <rect class="not-known" width={Math.max(0, x(observedFrom))} height={BAR} />}
      {segments.map(({ from: begin, to, state }) => (
        <rect
          key={begin}
          data-state={state}
          x={x(begin)}
          // A failure of a second is seen, too.
          width={Math.max(state === 'active' ? 0 : 1.5, x(to) - x(begin))}
          y={TOPS[state] * high}
          height={(20 - TOPS[state]) * high}
        />
      ))}
    </>
  );
}

/** A shape for each kind, so that none is told by its colour alone. */
function PingMark({ ping, x }: { readonly ping: Api.Ping; readonly x: number }) {
  const middle = MARKS / 2;
  const isFailure = ping.kind === 'fail' || (ping.kind === 'exit' && ping.exitStatus !== 0);
  if (isFailure) return <rect class="mark-failed" x={x - 5} y={middle - 5} width={10} height={10} />;
  if (ping.kind === 'start') return <circle class="mark-start" cx={x} cy={middle} r={4} />;
  if (ping.kind === 'log') return <rect class="mark-log" x={x - 1} y={2} width={2} height={MARKS - 4} />;
  return <circle class="mark-fine" cx={x} cy={middle} r={4.5} />;
}

function lastedIn({ pings, probes }: NodeSigns): readonly Lasted[] {
  return [
    ...probes.map(({ at, duration, passed }) => ({
      at: at.getTime(),
      seconds: duration,
      isGood: passed,
      of: 'probe' as const,
    })),
    ...pings.flatMap(({ at, duration, kind, exitStatus }) =>
      duration === null
        ? []
        : [
            {
              at: at.getTime(),
              seconds: duration,
              isGood: kind !== 'fail' && (exitStatus ?? 0) === 0,
              of: 'run' as const,
            },
          ],
    ),
  ].toSorted((one, other) => one.at - other.at);
}

function latencyName(lasted: readonly Lasted[]): string {
  const most = Math.max(0, ...lasted.map(({ seconds }) => seconds));
  const least = Math.min(...lasted.map(({ seconds }) => seconds));
  return lasted.length === 0 ? t.latency : t.latencyFrom(formatMilliseconds(least), formatMilliseconds(most));
}

interface LatencyProps {
  readonly lasted: readonly Lasted[];
  readonly x: (at: number) => number;
}

/** How long probes and runs took, from nothing up to the longest that is shown. */
function Latency({ lasted, x }: LatencyProps) {
  const most = Math.max(0.001, ...lasted.map(({ seconds }) => seconds));
  const y = (seconds: number): number => CHART - 4 - (seconds / most) * (CHART - 12);
  return (
    <>
      {(['probe', 'run'] as const).map((of) => {
        const points = lasted.filter((each) => each.of === of);
        return (
          <g key={of} data-of={of}>
            {points.length > 1 && (
              <polyline
                class="latency-line"
                points={points.map(({ at, seconds }) => `${x(at)},${y(seconds)}`).join(' ')}
              />
            )}
            {points.map(({ at, seconds, isGood }) =>
              isGood ? (
                <circle key={at} class="mark-fine" cx={x(at)} cy={y(seconds)} r={3} />
              ) : (
                <rect key={at} class="mark-failed" x={x(at) - 4} y={y(seconds) - 4} width={8} height={8} />
              ),
            )}
          </g>
        );
      })}
    </>
  );
}
