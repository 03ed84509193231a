import { useState } from 'preact/hooks';
import { channelsIn, type ChannelState } from '../daemon/channels.js';
import { useQuery, useSession } from '../daemon/context.js';
import { formatDuration, formatNumber } from '../i18n/format.js';
import { t } from '../i18n/messages.js';
import { Empty } from '../parts/empty.js';
import { Read } from '../parts/read.js';
import { Shape } from '../parts/state.js';
import { Instant } from '../parts/time.js';
import { hrefTo } from '../router.js';
import { PreviewDialog } from './channels/preview-dialog.js';
import { TestButton } from './channels/test-button.js';

const EVERY = 5000;
const SECOND = 1000;

/** Where alerts go, and whether they arrive. */
export function Channels() {
  const { client } = useSession();
  const channels = useQuery('channels', async (signal) => channelsIn(await client.supervision({ signal })), {
    on: ({ type }) => type.startsWith('alert.'),
    every: EVERY,
  });
  return (
    <>
      <div class="view-head">
        <h1 tabIndex={-1}>{t.channels}</h1>
      </div>
      <Read query={channels}>
        {(shown) =>
          shown.length === 0 ? (
            <Empty title={t.noChannelsConfigured}>{t.noChannelsText}</Empty>
          ) : (
            <div class="cards">
              {shown.map((channel) => (
                <ChannelCard channel={channel} key={channel.name} />
              ))}
            </div>
          )
        }
      </Read>
    </>
  );
}

function ChannelCard({ channel }: { readonly channel: ChannelState }) {
  const { mayChange } = useSession();
  const [isPreviewed, setPreviewed] = useState(false);
  const { name, kind, waiting, delivered, failedAttempts, dead, lastError } = channel;
  return (
    <section class="card channel" aria-label={name} data-channel={name}>
      <div class="card-head">
        <h2>{name}</h2>
        <span class="dim small">{kind}</span>
      </div>
      <p>
        <ChannelCondition channel={channel} />
      </p>
      <dl class="facts">
        <dt>{t.waitingAlerts}</dt>
        <dd>
          {waiting === 0 ? (
            t.waitingNone
          ) : (
            <a href={hrefTo(['alerts'], { channel: name, state: 'pending' })}>{t.alertsCount(waiting)}</a>
          )}
        </dd>
        <dt>{t.delivered}</dt>
        <dd>
          {formatNumber(delivered)} <span class="dim small">{t.sinceStart}</span>
        </dd>
        <dt>{t.failedAttempts}</dt>
        <dd>{formatNumber(failedAttempts)}</dd>
        <dt>{t.undelivered}</dt>
        <dd>
          {dead === 0 ? (
            formatNumber(dead)
          ) : (
            <a href={hrefTo(['alerts'], { channel: name, state: 'dead' })}>{t.alertsCount(dead)}</a>
          )}
        </dd>
        {lastError !== undefined && (
          <>
            <dt>{t.lastFailure}</dt>
            <dd>
              {lastError.error}{' '}
              {lastError.at !== undefined && (
                <span class="dim small">
                  <Instant at={lastError.at} />
                </span>
              )}
            </dd>
          </>
        )}
      </dl>
      {mayChange && (
        <div class="actions after">
          <TestButton channel={name} />
          <button type="button" class="button" onClick={() => setPreviewed(true)}>
            {t.preview}
          </button>
        </div>
      )}
      {isPreviewed && <PreviewDialog channel={name} close={() => setPreviewed(false)} />}
    </section>
  );
}

function ChannelCondition({ channel: { isRunning, resting } }: { readonly channel: ChannelState }) {
  const [shape, text] = !isRunning
    ? (['failed', t.channelDown] as const)
    : resting > 0
      ? (['inactive', `${t.channelResting}, ${t.triedAgainIn(formatDuration(resting * SECOND))}`] as const)
      : (['active', t.channelFine] as const);
  return (
    <span class="state">
      <Shape state={shape} />
      {text}
    </span>
  );
}
