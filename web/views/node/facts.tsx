import type { ComponentChildren } from 'preact';
import type { Api } from '../../../src/client/api/index.js';
import { formatSeconds } from '../../i18n/format.js';
import { t } from '../../i18n/messages.js';
import { CopyButton } from '../../parts/copy-button.js';
import { Elapsed, Instant } from '../../parts/time.js';
import { hrefTo } from '../../router.js';
import { labelsOf } from '../nodes/node-filter.js';

/** What is known of a node now, and how it is set. */
export function Facts({ node }: { readonly node: Api.NodeWithCause }) {
  return (
    <section class="card" aria-labelledby="now">
      <h2 id="now">{t.now}</h2>
      <dl class="facts">
        <Fact name={t.lastHeartbeat}>
          {node.lastHeartbeat === null ? t.never : <Ago at={node.lastHeartbeat} />}
        </Fact>
        {node.deadline !== null && (
          <Fact name={t.nextDeadline}>
            <Instant at={node.deadline} />
          </Fact>
        )}
        <Fact name={t.expects}>{expectationOf(node)}</Fact>
        {node.started !== null && (
          <Fact name={t.runSince}>
            <Ago at={node.started} />
          </Fact>
        )}
        {node.lastDuration !== null && <Fact name={t.lastRun}>{formatSeconds(node.lastDuration)}</Fact>}
        {node.acknowledged !== null && (
          <Fact name={t.acknowledged}>
            {node.acknowledged.by}
            {node.acknowledged.reason !== undefined && `: ${node.acknowledged.reason}`}{' '}
            <span class="dim">
              <Instant at={node.acknowledged.at} />
            </span>
          </Fact>
        )}
        {node.pausedUntil !== undefined && (
          <Fact name={t.pausedUntil}>
            <Instant at={node.pausedUntil} />
          </Fact>
        )}
        {node.causedBy !== undefined && (
          <Fact name={t.cause}>
            <a href={hrefTo(['nodes', node.causedBy])}>{node.causedBy}</a>
          </Fact>
        )}
        {node.silencedBy !== undefined && node.silencedBy.length > 0 && (
          <Fact name={t.alerts}>{t.silenced}</Fact>
        )}
        {node.maintenance !== undefined && (
          <Fact name={t.maintenance}>
            {t.until} <Instant at={node.maintenance.endsAt} /> {node.maintenance.reason}
          </Fact>
        )}
        {Object.keys(node.labels).length > 0 && <Fact name={t.labels}>{labelsOf(node).join(', ')}</Fact>}
        {node.dependsOn.length > 0 && (
          <Fact name={t.dependsOn}>
            {node.dependsOn.map((name, at) => (
              <span key={name}>
                {at > 0 && ', '}
                <a href={hrefTo(['nodes', name])}>{name}</a>
              </span>
            ))}
          </Fact>
        )}
        {node.declared === true && <Fact name={t.declaredFact}>{t.declaredIn}</Fact>}
        {node.channels !== null && <Fact name={t.channels}>{node.channels.join(', ') || t.noChannels}</Fact>}
      </dl>
      {node.pingUuid !== undefined && <PingUrl uuid={node.pingUuid} />}
    </section>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

function Ago({ at }: { readonly at: Date }) {
  return (
    <>
      {t.agoBefore}
      <Elapsed since={at} />
      {t.agoAfter}
    </>
  );
}

/** When a heartbeat is expected, in words. */
function expectationOf({ schedule, timeout, maxRetries, rhythm }: Api.Node): string {
  if (schedule !== undefined) {
    const grace = schedule.grace === undefined ? '' : `, ${t.graceOf(formatSeconds(schedule.grace))}`;
    if ('every' in schedule) return t.everyInterval(formatSeconds(schedule.every)) + grace;
    const lines = typeof schedule.cron === 'string' ? schedule.cron : schedule.cron.join(' | ');
    return `${lines} (${schedule.timeZone ?? 'UTC'})${grace}`;
  }
  const within =
    typeof timeout === 'number'
      ? t.within(formatSeconds(timeout))
      : rhythm === undefined
        ? t.adaptive
        : `${t.adaptive}, ${t.within(formatSeconds(rhythm.timeout))}`;
  return `${within}, ${t.retriesOf(maxRetries ?? 0)}`;
}

function PingUrl({ uuid }: { readonly uuid: string }) {
  const url = new URL(`ping/${uuid}`, location.href.replace(/[#?].*$/, '')).href;
  return (
    <div class="after">
      <p class="small dim">{t.pingUrl}</p>
      <div class="command">
        <pre>
          <code>{url}</code>
        </pre>
        <CopyButton text={url} what={t.pingUrl} />
      </div>
    </div>
  );
}
