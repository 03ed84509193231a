import type { Api } from '../../../src/client/api/index.js';
import { t } from '../../i18n/messages.js';
import { hrefTo } from '../../router.js';
import { TestButton } from '../channels/test-button.js';

interface AlertChannelsProps {
  readonly node: Pick<Api.Node, 'channels'>;
  /** All that the daemon has. */
  readonly channels: readonly string[];
}

/** The channels that alerts of a node go to, each with a test message. */
export function AlertChannels({ node, channels }: AlertChannelsProps) {
  const chosen = node.channels?.filter((channel) => channels.includes(channel));
  // If none of the chosen ones is left, its alerts go to all channels.
  const isNowhere = node.channels?.length === 0;
  const used = isNowhere ? [] : chosen === undefined || chosen.length === 0 ? channels : chosen;
  return (
    <section class="card" aria-labelledby="alert-channels">
      <h2 id="alert-channels">{t.alertsGoTo}</h2>
      {used.length === 0 ? (
        <p class="dim">{t.alertsGoNowhere}</p>
      ) : (
        <>
          <ul class="rows">
            {used.map((channel) => (
              <li class="channel-row" key={channel}>
                <a href={hrefTo(['channels'])}>{channel}</a>
                <TestButton channel={channel} />
              </li>
            ))}
          </ul>
          <p class="dim small after">{t.testMeans}</p>
        </>
      )}
    </section>
  );
}
