import type { Api, StreamedEvent } from '../../src/client/api/index.js';
import { useChannelNames } from '../daemon/channels.js';
import { useQuery, useSession } from '../daemon/context.js';
import { t } from '../i18n/messages.js';
import { ReadProblem } from '../parts/read.js';
import { shownState, State } from '../parts/state.js';
import { Elapsed } from '../parts/time.js';
import { hrefTo, type Route } from '../router.js';
import { NodeActions } from './node/actions.js';
import { AlertChannels } from './node/alert-channels.js';
import { Facts } from './node/facts.js';
import { Flips, Incidents, Pings } from './node/history.js';
import { readPast, readSigns } from './node/node-past.js';
import { Probes } from './node/probes.js';
import { Settings } from './node/settings.js';
import { rangeIn } from './node/time-range.js';
import { Timeline } from './node/timeline.js';
import { UptimeDays } from './node/uptime-days.js';

/** Heartbeats, settings and acknowledgements are no events. */
const EVERY = 5000;
/** Pings and probes are none, either. */
const EVERY_SIGNS = 10_000;
const EVERY_PAST = 60_000;
const MOST = 15;

/** Everything about one node. */
export function NodeView({ name, route }: { readonly name: string; readonly route: Route }) {
  const { client, mayChange } = useSession();
  const on = (event: StreamedEvent): boolean => event.type === 'node.flip' && event.node.name === name;
  const node = useQuery(
    `node ${name}`,
    async (signal) => (await client.nodes.get(name, { signal })) ?? null,
    { on, every: EVERY },
  );
  const past = useQuery(`past of ${name}`, (signal) => readPast(client, name, signal), {
    on,
    every: EVERY_PAST,
  });
  const signs = useQuery(`signs of ${name}`, (signal) => readSigns(client, name, signal), {
    on,
    every: EVERY_SIGNS,
  });
  // What a reader may not change needs none.
  const channels = useChannelNames(mayChange);
  const names = mayChange ? channels : undefined;
  const { value } = node;
  if (value === null) return <Unknown name={name} />;
  if (value === undefined) {
    return (
      <>
        <Head name={name} />
        <ReadProblem query={node} />
      </>
    );
  }
  const reload = (): void => {
    node.reload();
    past.reload();
    signs.reload();
  };
  return (
    <>
      <Head name={name} node={value} />
      <ReadProblem query={node} />
      {mayChange && <NodeActions node={value} changed={reload} />}
      <div class="node-view">
        <Facts node={value} />
        <ReadProblem query={past.error === undefined ? signs : past} />
        {past.value !== undefined && signs.value !== undefined && (
          <>
            <Timeline node={value} past={past.value} signs={signs.value} range={rangeIn(route.query)} />
            <UptimeDays report={past.value.report} />
            <Incidents report={past.value.report} />
            <Flips flips={past.value.flips.slice(-MOST).toReversed()} />
            {value.probe !== undefined && <Probes probe={value.probe} results={signs.value.probes} />}
            {signs.value.pings.length > 0 && <Pings pings={signs.value.pings.slice(0, MOST)} />}
          </>
        )}
        {/* Each by itself: a fragment would be taken for the one above once that is there, and what is edited lost. */}
        {names !== undefined && <AlertChannels node={value} channels={names} />}
        {names !== undefined && <Settings node={value} channels={names} changed={reload} />}
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
