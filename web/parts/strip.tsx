import { useEffect, useState } from 'preact/hooks';
import type { Api, HeartbeatClient } from '../../src/client/api/index.js';
import { useSession } from '../daemon/context.js';
import { firstOf } from '../daemon/lists.js';
import { useStore } from '../daemon/store.js';
import { formatDuration } from '../i18n/format.js';
import { t } from '../i18n/messages.js';
import { segmentsOf, timeIn, TOPS } from './segments.js';
import { stateName } from './state.js';

const HOURS = 6;
const STRIP_SPAN = HOURS * 3_600_000;
/** More flips than this in six hours are one colour anyway. */
const MOST = 200;
/** Scrolling past a row is no reason to ask for it. */
const PATIENCE = 150;

/** The flips of a node, in the order of time. */
interface Past {
  readonly flips: readonly Api.Flip[];
  /** Before it nothing is known of the node: it was not registered yet. */
  readonly from: number;
}

async function pastOf(client: HeartbeatClient, node: Api.Node, signal: AbortSignal): Promise<Past> {
  const range = { from: `-${HOURS}h`, signal };
  const { items } = await firstOf(client.nodes.flips(node.name, { ...range, order: 'desc' }), MOST);
  // Without a flip its state began with its registration.
  if (items.length === 0) return { flips: [], from: node.since.getTime() };
  const { from } = await client.nodes.uptime(node.name, range);
  return { flips: items.toReversed(), from: from.getTime() };
}

/** The last six hours of a node. The worse the state, the higher the bar. */
export function Strip({ node }: { readonly node: Api.Node }) {
  const { client, live } = useSession();
  const { round } = useStore(live.link);
  const [past, setPast] = useState<Past>();
  const now = live.now().getTime();
  const from = now - STRIP_SPAN;

  useEffect(() => {
    const stop = new AbortController();
    const timer = setTimeout(() => {
      pastOf(client, node, stop.signal).then(setPast, () => undefined);
    }, PATIENCE);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [client, node.name, node.since.getTime(), round]);

  if (past === undefined) return <span class="strip" />;
  const segments = segmentsOf(node, past.flips, Math.max(from, past.from), now);
  const label = t.stripLabel(
    (['failed', 'inactive'] as const)
      .map((state) => ({ state, time: timeIn(segments, state) }))
      .filter(({ time }) => time > 0)
      .map(({ state, time }) => `${stateName(state)} ${formatDuration(time)}`)
      .join(', '),
  );
  return (
    <svg class="strip" viewBox="0 0 100 20" preserveAspectRatio="none" role="img" aria-label={label}>
      {segments.map(({ from: begin, to, state }) => (
        <rect
          key={begin}
          data-state={state}
          x={((begin - from) / STRIP_SPAN) * 100}
          // A failure of a second is seen, too.
          width={Math.max(0.6, ((to - begin) / STRIP_SPAN) * 100)}
          y={TOPS[state]}
          height={20 - TOPS[state]}
        />
      ))}
    </svg>
  );
}
