import type { Api } from '../../src/client/api/index.js';
import { useQuery, useSession } from '../daemon/context.js';
import { firstOf } from '../daemon/lists.js';
import { t } from '../i18n/messages.js';
import { Problem } from '../parts/notice.js';
import { shownState, State } from '../parts/state.js';
import { Elapsed } from '../parts/time.js';
import { hrefTo } from '../router.js';
import { NodeActions } from './node/actions.js';
import { Facts } from './node/facts.js';
import { Flips, Incidents, Pings } from './node/history.js';
import { UptimeDays } from './node/uptime-days.js';

/** Heartbeats, settings and acknowledgements are no events. */
const EVERY = 5000;
const EVERY_REPORT = 60_000;
const MOST = 15;

/** Everything about one node. */
export function NodeView({ name }: { readonly name: string }) {
  const { client, mayChange } = useSession();
  const isOfNode = (event: { readonly type: string; readonly node?: unknown }): boolean =>
    event.type === 'node.flip';
  const node = useQuery(
    `node ${name}`,
    async (signal) => (await client.nodes.get(name, { signal })) ?? null,
    {
      on: isOfNode,
      every: EVERY,
    },
  );
  const history = useQuery(
    `history ${name}`,
    async (signal) => ({
      flips: (await firstOf(client.nodes.flips(name, { order: 'desc', signal }), MOST)).items,
      pings: (await firstOf(client.nodes.pings(name, { signal }), MOST)).items,
      report: await client.nodes.uptimeReport(name, {
        timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
        signal,
      }),
    }),
    { on: isOfNode, every: EVERY_REPORT },
  );
  const { value } = node;
  if (value === null) return <Unknown name={name} />;
  if (value === undefined) {
    return (
      <>
        <Head name={name} />
        {node.error !== undefined && <Problem error={node.error} />}
      </>
    );
  }
  const reload = (): void => {
    node.reload();
    history.reload();
  };
  return (
    <>
      <Head name={name} node={value} />
      {mayChange && <NodeActions node={value} changed={reload} />}
      <div class="node-view">
        <Facts node={value} />
        {history.value === undefined ? (
          history.error !== undefined && <Problem error={history.error} />
        ) : (
          <>
            <UptimeDays report={history.value.report} />
            <Incidents report={history.value.report} />
            <Flips flips={history.value.flips} />
            {history.value.pings.length > 0 && <Pings pings={history.value.pings} />}
          </>
        )}
      </div>
    </>
  );
}

function Head({ name, node }: { readonly name: string; readonly node?: Api.Node }) {
  return (
    <div class="view-head node-head">
      <div>
        <p class="small">
          <a href={hrefTo(['nodes'])}>{t.nodes}</a>
        </p>
        <h1 tabIndex={-1}>{name}</h1>
      </div>
      {node !== undefined && (
        <p class="node-now">
          <State state={shownState(node)} />
          <span class="dim">
            {t.failedFor} <Elapsed since={node.since} />
          </span>
        </p>
      )}
    </div>
  );
}

function Unknown({ name }: { readonly name: string }) {
  return (
    <>
      <Head name={name} />
      <p>
        {t.unknownNode} <a href={hrefTo(['nodes'])}>{t.toNodes}</a>
      </p>
    </>
  );
}
