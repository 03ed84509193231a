import { t } from '../i18n/messages.js';

interface UnreachableProps {
  readonly problem: Error;
  readonly retry: () => void;
}

/** The page came from somewhere, and its daemon does not answer. */
export function Unreachable({ problem, retry }: UnreachableProps) {
  return (
    <main class="key-form">
      <div class="banner" role="alert">
        <div>
          <strong>{t.staleTitle}</strong>
          {t.staleNothing}
          <p class="dim small">{problem.message}</p>
        </div>
        <button type="button" class="button" onClick={retry}>
          {t.retryNow}
        </button>
      </div>
    </main>
  );
}
