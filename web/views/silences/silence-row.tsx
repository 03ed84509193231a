import type { Api } from '../../../src/client/api/index.js';
import { t } from '../../i18n/messages.js';
import { Shape, type ShownState } from '../../parts/state.js';
import { Elapsed, Instant } from '../../parts/time.js';

interface SilenceRowProps {
  readonly silence: Api.Silence;
  /** Asks whether to end it. Absent where it cannot be ended here. */
  readonly end?: (() => void) | undefined;
}

type State = Api.Silence['state'];

const OF_SILENCES: Readonly<Record<State, string>> = {
  active: t.silenceActive,
  pending: t.silencePending,
  expired: t.silenceExpired,
};
const OF_WINDOWS: Readonly<Record<State, string>> = {
  active: t.openNow,
  pending: t.windowNext,
  expired: t.windowOver,
};
const SHAPES: Readonly<Record<State, ShownState | 'ended'>> = {
  active: 'active',
  pending: 'inactive',
  expired: 'ended',
};

/** A silence, or a maintenance window: what it is for, when, by whom and why. */
export function SilenceRow({ silence, end }: SilenceRowProps) {
  const { id, state, matchers, startsAt, endsAt, by, reason, nodes, maintenance } = silence;
  const isWindow = maintenance === true;
  return (
    <li class="silence-row" data-id={id}>
      <span class="state">
        <Shape state={SHAPES[state]} />
        {(isWindow ? OF_WINDOWS : OF_SILENCES)[state]}
      </span>
      <div class="silence-what">
        <p class="matchers">
          {matchers.map((matcher) => (
            <code key={matcher}>{matcher}</code>
          ))}
        </p>
        <p class="dim small">
          {[
            isWindow ? (reason ?? t.noReason) : `${t.by} ${by}${reason === undefined ? '' : `: ${reason}`}`,
            ...(nodes === undefined ? [] : [t.onlyNodes(nodes.join(', '))]),
          ].join(' · ')}
        </p>
      </div>
      <p class="silence-when">
        <span>
          <Instant at={startsAt} /> – <Instant at={endsAt} />
        </span>
        <span class="dim small">
          {state === 'expired' ? (
            <>
              {t.agoBefore}
              <Elapsed since={endsAt} />
              {t.agoAfter}
            </>
          ) : (
            <InTime at={state === 'active' ? endsAt : startsAt} isEnd={state === 'active'} />
          )}
        </span>
      </p>
      {end !== undefined && (
        <button
          type="button"
          class="button"
          onClick={end}
          aria-label={`${t.endSilence}: ${matchers.join(', ')}`}
        >
          {t.endSilence}
        </button>
      )}
    </li>
  );
}

function InTime({ at, isEnd }: { readonly at: Date; readonly isEnd: boolean }) {
  return (
    <>
      {isEnd ? t.endsIn : t.beginsAfter} <Elapsed since={at} />
    </>
  );
}
