import type { Api } from '../../../src/client/api/index.js';
import { t } from '../../i18n/messages.js';
import { Elapsed, Instant } from '../../parts/time.js';

/** Which devices keep the user online, with what their heals said of them. */
export function Devices({ user: { devices, status } }: { readonly user: Api.User }) {
  return (
    <section class="card" aria-labelledby="devices">
      <h2 id="devices">{t.userDevices}</h2>
      {devices.length === 0 ? (
        <p class="dim">{status === 'online' ? t.devicesUnheard : t.noDevices}</p>
      ) : (
        <ul class="rows">
          {devices.map((device) => (
            <DeviceRow device={device} key={device.device ?? ''} />
          ))}
        </ul>
      )}
    </section>
  );
}

function DeviceRow({ device: { device, since, lastSeen, meta } }: { readonly device: Api.Device }) {
  const entries = Object.entries(meta ?? {});
  return (
    <li>
      <div class="row-line">
        {device === null ? <span class="dim">{t.deviceWithoutName}</span> : <b>{device}</b>}
        <span class="dim">
          {t.since} <Instant at={since} />
        </span>
      </div>
      <p class="dim small">
        {t.lastHeal} {t.agoBefore}
        <Elapsed since={lastSeen} />
        {t.agoAfter}
      </p>
      {entries.length > 0 && (
        <dl class="meta">
          {entries.map(([key, value]) => (
            <div key={key}>
              <dt>{key}</dt>
              <dd>{typeof value === 'string' ? value : JSON.stringify(value)}</dd>
            </div>
          ))}
        </dl>
      )}
    </li>
  );
}
