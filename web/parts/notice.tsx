import { t } from '../i18n/messages.js';

/** Shown in place of something that could not be read. */
export function Problem({ error }: { readonly error: Error }) {
  return (
    <div class="notice" role="alert">
      <strong>{t.errorTitle}</strong>
      <p>{error.message}</p>
      <p class="dim small">{t.errorRetry}</p>
    </div>
  );
}
