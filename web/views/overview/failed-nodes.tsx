import type { Api } from '../../../src/client/api/index.js';
import { useQuery, useSession } from '../../daemon/context.js';
import { firstOf } from '../../daemon/lists.js';
import { t } from '../../i18n/messages.js';
import { Read } from '../../parts/read.js';
import { Shape } from '../../parts/state.js';
import { Elapsed } from '../../parts/time.js';
import { hrefTo } from '../../router.js';
import { CAUSES } from '../node/history.js';

const MOST = 20;
/** An acknowledgement is no event. */
const EVERY = 15_000;

/** What has failed, since when, and who takes care of it. The latest first. */
export function FailedNodes({ failed }: { readonly failed: number }) {
  const { client } = useSession();
  const query = useQuery(
    'failed',
    (signal) => firstOf(client.nodes.list({ state: 'failed', signal }), 1000),
    { on: ({ type }) => type === 'node.flip', every: EVERY },
  );
  return (
    <section class="card" aria-labelledby="failed-nodes">
      <h2 id="failed-nodes">{t.failedNodes}</h2>
      <Read query={query}>
        {({ items }) => {
          if (items.length === 0) return <p class="dim">{t.nothingFailed}</p>;
          const latest = items.toSorted((one, other) => other.since.getTime() - one.since.getTime());
          const rest = Math.max(failed, items.length) - MOST;
          return (
            <ul class="rows">
              {latest.slice(0, MOST).map((node) => (
                <FailedNode node={node} key={node.name} />
              ))}
              {rest > 0 && (
                <li>
                  <a href={hrefTo(['nodes'], { state: 'failed' })}>{t.moreNodes(rest)}</a>
                </li>
              )}
            </ul>
          );
        }}
      </Read>
    </section>
  );
}

function FailedNode({ node }: { readonly node: Api.NodeWithCause }) {
  const reason = useReason(node);
  return (
    <li class="failed-row">
      <span class="name">
        <Shape state={node.paused ? 'paused' : 'failed'} />
        <a href={hrefTo(['nodes', node.name])}>{node.name}</a>
      </span>
      <span class="since">
        {t.failedFor} <Elapsed since={node.since} />
      </span>
      <span class="more">
        {[reason, ...remarksOn(node)].filter((remark) => remark !== undefined).join(' · ')}
      </span>
    </li>
  );
}

/** Why it has failed, which no list says. It is read once for each failure. */
function useReason({ name, since }: Api.NodeWithCause): string | undefined {
  const { client } = useSession();
  const { value } = useQuery(`reason ${name} ${since.getTime()}`, (signal) =>
    firstOf(client.nodes.flips(name, { from: since, order: 'desc', signal }), 1),
  );
  const flip = value?.items[0];
  return flip?.to === 'failed' ? (flip.reason ?? CAUSES[flip.cause]) : undefined;
}

function remarksOn({
  acknowledged,
  silencedBy,
  maintenance,
  causedBy,
  paused,
}: Api.NodeWithCause): readonly string[] {
  const who =
    acknowledged === null
      ? t.notAcknowledged
      : t.acknowledgedBy(acknowledged.by) +
        (acknowledged.reason === undefined ? '' : `: ${acknowledged.reason}`);
  return [
    who,
    ...(causedBy === undefined ? [] : [t.causedBy(causedBy)]),
    ...(maintenance === undefined ? (silencedBy === undefined ? [] : [t.silenced]) : [t.inMaintenance]),
    ...(paused ? [t.paused] : []),
  ];
}
