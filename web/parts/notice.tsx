import { t } from '../i18n/messages.js';

interface ProblemProps {
  readonly error: Error;
  /** Whether what was read before is still shown. */
  readonly isOld?: boolean;
}

/** Something that could not be read. */
export function Problem({ error, isOld = false }: ProblemProps) {
  return (
    <div class="notice" role="alert">
      <strong>{t.errorTitle}</strong>
      <p>{error.message}</p>
      <p class="dim small">
        {isOld && `${t.errorOld} `}
        {t.errorRetry}
      </p>
    </div>
  );
}
