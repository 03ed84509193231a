import { useEffect, useRef, useState } from 'preact/hooks';
import type { Api } from '../../../src/client/api/index.js';
import { useNow, useSession } from '../../daemon/context.js';
import { formatDuration, formatInstant } from '../../i18n/format.js';
import { t } from '../../i18n/messages.js';
import { Chips } from '../../parts/chips.js';
import { segmentsOf, timeIn } from '../../parts/segments.js';
import { stateName } from '../../parts/state.js';
import { hrefTo, replaceBy } from '../../router.js';
import { TimelineRows } from './timeline-rows.js';
import type { NodePast, NodeSigns } from './node-past.js';
import { endsOf, moved, queryFor, SPANS, type TimeRange } from './time-range.js';
import { rangeAfterKey, STEP, usePointerZoom, type ZoomedAxis } from './zoom.js';

interface TimelineProps {
  readonly node: Api.Node;
  readonly past: NodePast;
  readonly signs: NodeSigns;
  /** What the address says. */
  readonly range: TimeRange;
}

/** The least width in which it is drawn, in pixels. */
const LEAST = 240;

/** States, heartbeats, pings, probes and how long they took, on an axis of time that zooms. */
export function Timeline({ node, past, signs, range: addressed }: TimelineProps) {
  const { live } = useSession();
  const now = useNow().getTime();
  const beats = useHeartbeats(node);
  const [range, change] = useRange(node.name, addressed);
  const axis: ZoomedAxis = { range, now: () => live.now().getTime(), change };
  const place = usePointerZoom<HTMLDivElement>(axis);
  const width = useWidth(place);
  const { from, to } = endsOf(range, now);
  const observedFrom = Math.min(to, Math.max(from, past.since.getTime()));
  const segments = segmentsOf(node, past.flips, observedFrom, to);
  const times = (['failed', 'inactive', 'active'] as const)
    .map((state) => ({ state, time: timeIn(segments, state) }))
    .filter(({ time }) => time > 0)
    .map(({ state, time }) => `${stateName(state)} ${formatDuration(time)}`)
    .join(', ');
  const [begin, end] = [
    formatInstant(new Date(from), new Date(now)),
    formatInstant(new Date(to), new Date(now)),
  ];
  const key = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const next = rangeAfterKey(axis, event.key);
    if (next === undefined) return;
    event.preventDefault();
    change(next);
  };
  const press = (pressed: string) => (): void => {
    const next = rangeAfterKey(axis, pressed);
    if (next !== undefined) change(next);
  };
  return (
    <section class="card timeline-card" aria-labelledby="timeline">
      <div class="card-head">
        <h2 id="timeline">{t.history}</h2>
        <span class="dim small">
          {begin} – {range.end === undefined ? t.nowLower : end}
        </span>
      </div>
      <div class="timeline-tools">
        <Chips
          label={t.spanOfAxis}
          chips={SPANS.map((span) => ({
            href: hrefTo(['nodes', node.name], queryFor({ ...range, span })),
            text: formatDuration(span),
            isCurrent: span === range.span,
          }))}
        />
        <div class="timeline-buttons">
          <Tool label={t.earlier} sign="←" press={() => change(moved(range, -range.span * STEP, now))} />
          <Tool label={t.later} sign="→" press={() => change(moved(range, range.span * STEP, now))} />
          <Tool label={t.zoomIn} sign="+" press={press('+')} />
          <Tool label={t.zoomOut} sign="−" press={press('-')} />
        </div>
      </div>
      <div class="timeline" ref={place} tabIndex={0} role="group" aria-label={t.timelineKeys} onKeyDown={key}>
        <TimelineRows
          width={Math.max(LEAST, width)}
          from={from}
          to={to}
          observedFrom={observedFrom}
          segments={segments}
          beats={beats}
          signs={signs}
          label={t.timelineLabel(begin, end, times === '' ? t.unknown : times)}
        />
      </div>
    </section>
  );
}

interface ToolProps {
  readonly label: string;
  readonly sign: string;
  readonly press: () => void;
}

function Tool({ label, sign, press }: ToolProps) {
  return (
    <button type="button" class="button" aria-label={label} title={label} onClick={press}>
      <span aria-hidden="true">{sign}</span>
    </button>
  );
}

/** Browsers refuse to change an address at each step of a drag. In milliseconds. */
const AFTER_STEPS = 200;

/** What is shown, at once; the address says it a moment later. */
function useRange(name: string, addressed: TimeRange): [TimeRange, (next: TimeRange) => void] {
  const [own, setOwn] = useState<TimeRange>();
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const written = useRef<string | undefined>(undefined);
  const href = (range: TimeRange): string => hrefTo(['nodes', name], queryFor(range));
  const address = href(addressed);
  useEffect(() => {
    // Where it was written here, a later step may be under way.
    if (address === written.current) return;
    written.current = undefined;
    clearTimeout(timer.current);
    setOwn(undefined);
  }, [address]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const change = (next: TimeRange): void => {
    setOwn(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      written.current = href(next);
      replaceBy(written.current);
    }, AFTER_STEPS);
  };
  return [own ?? addressed, change];
}

/** The daemon keeps the last heartbeat only: these were seen since the page was opened. */
function useHeartbeats({ lastHeartbeat }: Pick<Api.Node, 'lastHeartbeat'>): readonly number[] {
  const [beats, setBeats] = useState<readonly number[]>([]);
  const at = lastHeartbeat?.getTime();
  useEffect(() => {
    if (at !== undefined) setBeats((last) => (last.at(-1) === at ? last : [...last, at].slice(-MOST_BEATS)));
  }, [at]);
  return beats;
}

const MOST_BEATS = 2000;

function useWidth(place: { readonly current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0);
  const last = useRef(0);
  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const sizes = new ResizeObserver(([entry]) => {
      const wide = Math.floor(entry?.contentRect.width ?? 0);
      if (wide !== last.current) setWidth((last.current = wide));
    });
    sizes.observe(element);
    return () => sizes.disconnect();
  }, []);
  return width;
}
