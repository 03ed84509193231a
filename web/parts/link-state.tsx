import { useEffect, useState } from 'preact/hooks';
import { useNow, useSession } from '../daemon/context.js';
import { useStore } from '../daemon/store.js';
import { formatInstant } from '../i18n/format.js';
import { t } from '../i18n/messages.js';
import { Shape } from './state.js';

/** A stream that is opened again at once is no reason for a banner. */
const PATIENCE = 1500;

/** Whether what is shown may be wrong. */
export function useIsStale(): boolean {
  const { live } = useSession();
  const { state } = useStore(live.link);
  const [isStale, setStale] = useState(false);
  useEffect(() => {
    if (state !== 'stale') {
      setStale(false);
      return undefined;
    }
    const timer = setTimeout(() => setStale(true), PATIENCE);
    return () => clearTimeout(timer);
  }, [state]);
  return isStale;
}

export function LinkState({ isStale }: { readonly isStale: boolean }) {
  const { live } = useSession();
  const { state } = useStore(live.link);
  const [shape, text] = isStale
    ? (['failed', t.stale] as const)
    : state === 'connecting'
      ? (['paused', t.connecting] as const)
      : (['active', t.live] as const);
  return (
    <span class="link-state" role="status">
      <Shape state={shape} />
      {text}
    </span>
  );
}

/** Says that the daemon is away, and of when everything is that is shown. */
export function StaleBanner() {
  const { live } = useSession();
  const { heardAt, problem } = useStore(live.link);
  const now = useNow();
  const isStarting = problem !== undefined && 'code' in problem && problem.code === 'HEARTBEAT_NOT_READY';
  return (
    <div class="banner" role="alert" data-kind={isStarting ? 'starting' : 'away'}>
      <div>
        <strong>{isStarting ? t.startingTitle : t.staleTitle}</strong>
        {isStarting
          ? t.starting
          : heardAt === undefined
            ? t.staleNothing
            : t.staleSince(formatInstant(heardAt, now))}
      </div>
      <button type="button" class="button" onClick={live.poll}>
        {t.retryNow}
      </button>
    </div>
  );
}
