import { useEffect, useState } from 'preact/hooks';
import type { Api, HeartbeatClient } from '../../../src/client/api/index.js';
import { useQuery, useSession } from '../../daemon/context.js';
import { firstOf } from '../../daemon/lists.js';
import { t } from '../../i18n/messages.js';
import { CopyButton } from '../../parts/copy-button.js';

/** A heal lasts for seconds, so the counts are read each second while somebody waits for it. */
const PACE = 1000;
const NODE = 'my-first-node';
const JOB = 'my-first-job';
/** Whoever has more nodes than this needs no guide. */
const MOST = 5;

interface Arrived {
  readonly heal: boolean;
  readonly heartbeat: boolean;
  readonly ping: boolean;
}

interface Step {
  readonly id: keyof Arrived;
  readonly title: string;
  readonly means: string;
  readonly command: string | undefined;
}

/** Shown on a daemon that knows of nobody: a line for each kind of sender, which lights up when it has arrived. */
export function FirstStart({ stats }: { readonly stats: Api.Stats }) {
  const { live } = useSession();
  const [isShown, setShown] = useState(stats.nodes.registered === 0 && stats.users.online === 0);
  const [arrived, setArrived] = useState<Arrived>({ heal: false, heartbeat: false, ping: false });
  const isBegun = arrived.heal || arrived.heartbeat || arrived.ping;
  const isDone = arrived.heal && arrived.heartbeat && arrived.ping;
  const isWaiting = isShown && !isDone;

  useEffect(() => {
    if (!isWaiting) return undefined;
    const before = live.pace;
    live.pace = PACE;
    live.poll();
    return () => {
      live.pace = before;
    };
  }, [live, isWaiting]);

  if (!isShown) return null;
  return (
    <section class="card guide" aria-labelledby="first-start">
      <div class="card-head">
        <h2 id="first-start">{isBegun ? t.firstSteps : t.firstTitle}</h2>
        <button type="button" class="plain small" onClick={() => setShown(false)}>
          {t.hideGuide}
        </button>
      </div>
      <p>{isDone ? t.firstDone : t.firstIntro}</p>
      <Steps stats={stats} arrived={arrived} setArrived={setArrived} />
    </section>
  );
}

interface StepsProps {
  readonly stats: Api.Stats;
  readonly arrived: Arrived;
  readonly setArrived: (arrived: Arrived) => void;
}

function Steps({ stats, arrived, setArrived }: StepsProps) {
  const { client, caller } = useSession();
  const { registered } = stats.nodes;
  const senders = useQuery(`first senders ${registered}`, (signal) => sendersOf(client, signal), {
    every: PACE,
  }).value;
  const heal = arrived.heal || stats.users.online > 0;
  const heartbeat =
    arrived.heartbeat ||
    (senders?.some(({ node, hasPings }) => node.lastHeartbeat !== null && !hasPings) ?? false);
  const ping = arrived.ping || (senders?.some(({ hasPings }) => hasPings) ?? false);
  useEffect(() => {
    if (heal !== arrived.heal || heartbeat !== arrived.heartbeat || ping !== arrived.ping)
      setArrived({ heal, heartbeat, ping });
  }, [heal, heartbeat, ping]);

  const steps = stepsFor(
    caller.key !== null,
    senders?.find(({ node }) => node.pingUuid !== undefined)?.node.pingUuid,
  );
  return (
    <>
      <ol>
        {steps.map(({ id, title, means, command }) => (
          <li class="step" key={id} data-arrived={arrived[id] ? '' : undefined}>
            <svg class="mark" viewBox="0 0 24 24" aria-hidden="true">
              <circle cx="12" cy="12" r="10" />
              <path d="M7.5 12.5l3 3 6-6.5" />
            </svg>
            <h3>
              {title}
              <span role="status">{arrived[id] ? t.arrived : t.waiting}</span>
            </h3>
            <p class="dim small">{means}</p>
            {command !== undefined && (
              <div class="command fades">
                <pre>
                  <code>{command}</code>
                </pre>
                <CopyButton text={command} what={title} />
              </div>
            )}
          </li>
        ))}
      </ol>
      {caller.key !== null && <p class="dim small after">{t.firstKey}</p>}
    </>
  );
}

interface Sender {
  readonly node: Api.Node;
  /** A ping counts as a heartbeat, too. */
  readonly hasPings: boolean;
}

async function sendersOf(client: HeartbeatClient, signal: AbortSignal): Promise<readonly Sender[]> {
  const { items } = await firstOf(client.nodes.list({ signal }), MOST);
  const pings = items.map(({ name }) => firstOf(client.nodes.pings(name, { signal }), 1));
  const found = await Promise.all(pings);
  return items.map((node, at) => ({ node, hasPings: (found[at]?.items.length ?? 0) > 0 }));
}

function stepsFor(hasKeys: boolean, pingUuid: string | undefined): readonly Step[] {
  const daemon = new URL('.', location.href).href.replace(/[#?].*$/, '');
  const key = hasKeys ? ' -H "authorization: Bearer $HEARTBEAT_KEY"' : '';
  // Without keys, anything passes for the key of a ping.
  const open = `curl '${daemon}ping/any-key/${JOB}?create=1'`;
  const ping = pingUuid === undefined ? undefined : `curl ${daemon}ping/${pingUuid}`;
  return [
    { id: 'heal', title: t.firstHeal, means: t.firstHealMeans, command: `curl -X PUT${key} ${daemon}heal/1` },
    {
      id: 'heartbeat',
      title: t.firstHeartbeat,
      means: t.firstHeartbeatMeans,
      command: `curl -X PUT${key} ${daemon}nodes/${NODE}/heartbeat`,
    },
    {
      id: 'ping',
      title: t.firstPing,
      means: hasKeys ? t.firstPingWithKeys : t.firstPingMeans,
      command: hasKeys ? ping : open,
    },
  ];
}
