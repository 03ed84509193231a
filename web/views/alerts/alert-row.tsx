import { useState } from 'preact/hooks';
import type { Api } from '../../../src/client/api/index.js';
import { useAction } from '../../daemon/action.js';
import { useSession } from '../../daemon/context.js';
import { matchersOf } from '../../daemon/matchers.js';
import { t } from '../../i18n/messages.js';
import { SilenceQuestion } from '../../parts/silence-question.js';
import { Elapsed, Instant } from '../../parts/time.js';
import { hrefTo } from '../../router.js';
import { deliveryName, DeliveryShape, typeName } from './delivery-labels.js';

/** Of a message about many nodes. */
const MOST_NODES = 12;

interface AlertRowProps {
  readonly alert: Api.Alert;
  readonly changed: () => void;
}

/** One alert: what it says, about whom, and how far it has come in each channel. */
export function AlertRow({ alert, changed }: AlertRowProps) {
  const { mayChange } = useSession();
  const channels = Object.entries(alert.channels);
  return (
    <li class="alert-row">
      <div class="row-line">
        <b>{alert.message}</b>
        <span class="dim">
          <Instant at={alert.at} />
        </span>
      </div>
      <p class="dim small alert-facts">
        <span>{typeName(alert.type)}</span>
        {alert.reminder !== undefined && <span>{t.reminderOf(alert.reminder)}</span>}
        <NodesOf alert={alert} />
        {alert.causedBy !== undefined && (
          <span>
            {t.cause} <a href={hrefTo(['nodes', alert.causedBy])}>{alert.causedBy}</a>
          </span>
        )}
      </p>
      {channels.length === 0 ? (
        <p class="dim small">{t.withoutChannels}</p>
      ) : (
        <ul class="deliveries">
          {channels.map(([channel, delivery]) => (
            <DeliveryLine channel={channel} delivery={delivery} key={channel} />
          ))}
        </ul>
      )}
      {mayChange && <AlertActions alert={alert} changed={changed} />}
    </li>
  );
}

function nodesOf({ node, nodes, sample }: Api.Alert): readonly string[] {
  return nodes ?? sample ?? (node === null ? [] : [node]);
}

function NodesOf({ alert }: { readonly alert: Api.Alert }) {
  const names = nodesOf(alert);
  const rest = (alert.count ?? names.length) - Math.min(names.length, MOST_NODES);
  return (
    <>
      {names.slice(0, MOST_NODES).map((name) => (
        <a key={name} href={hrefTo(['nodes', name])}>
          {name}
        </a>
      ))}
      {rest > 0 && <span>{t.moreNodes(rest)}</span>}
    </>
  );
}

interface DeliveryLineProps {
  readonly channel: string;
  readonly delivery: Api.Delivery;
}

function DeliveryLine({ channel, delivery }: DeliveryLineProps) {
  const { state, heldFor, attempts, lastAttempt, lastError, insteadOf, folded } = delivery;
  return (
    <li class="delivery">
      <span class="delivery-channel">{channel}</span>
      <span class="state">
        <DeliveryShape state={state} />
        {deliveryName(state)}
      </span>
      <span class="dim">
        {heldFor === 'silence' && <a href={hrefTo(['silences'])}>{t.heldFor.silence}</a>}
        {heldFor !== undefined && heldFor !== 'silence' && <span>{t.heldFor[heldFor]}</span>}
        {attempts > 0 && (
          <span>
            {t.attempts(attempts)}
            {lastAttempt !== null && (
              <>
                , {t.lastAttempt} {t.agoBefore}
                <Elapsed since={lastAttempt} />
                {t.agoAfter}
              </>
            )}
          </span>
        )}
        {lastError !== null && <span class="delivery-error">{lastError}</span>}
        {insteadOf !== undefined && <span>{t.insteadOf(insteadOf)}</span>}
        {folded !== undefined && <span>{t.foldsOthers(folded)}</span>}
      </span>
    </li>
  );
}

/** What a silence would hold: a recovery is told in any case. */
const MUTED: readonly Api.AlertType[] = [
  'node.failed',
  'node.reported_failure',
  'node.inactive',
  'mass_failure',
];

/** Only a key that covers all nodes may redeliver: the daemon does not know beforehand whom an alert is about. */
function AlertActions({ alert, changed }: AlertRowProps) {
  const { client, caller } = useSession();
  const { error, isUnderWay, act } = useAction();
  const [isSilencing, setSilencing] = useState(false);
  const mayRedeliver =
    caller.nodes === null && Object.values(alert.channels).some(({ state }) => state === 'dead');
  const names = nodesOf(alert);
  const isMuted = MUTED.includes(alert.type) && caller.nodes?.length !== 0;
  const matchers = isMuted ? matchersOf(names) : undefined;
  const [first] = names;
  if (!mayRedeliver && matchers === undefined) return null;
  return (
    <div class="actions">
      {mayRedeliver && (
        <button
          type="button"
          class="button"
          disabled={isUnderWay}
          onClick={() =>
            void act(() => client.alerts.redeliver(alert.id)).then((isDone) => isDone && changed())
          }
        >
          {t.redeliver}
        </button>
      )}
      {matchers !== undefined && (
        <button type="button" class="button" onClick={() => setSilencing(true)}>
          {names.length === 1 ? t.silence : t.silenceNodes(names.length)}
        </button>
      )}
      {error !== undefined && (
        <p class="notice" role="alert">
          {error.message}
        </p>
      )}
      {isSilencing && matchers !== undefined && (
        <SilenceQuestion
          title={t.silenceOf(
            names.length === 1 && first !== undefined ? first : t.failedNodesOf(names.length),
          )}
          matchers={matchers}
          cancel={() => setSilencing(false)}
          done={() => {
            setSilencing(false);
            changed();
          }}
        />
      )}
    </div>
  );
}
