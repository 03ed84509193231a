import { t } from '../i18n/messages.js';

/** Something that could not be read, in place of it. */
export function Problem({ error }: { readonly error: Error }) {
  return (
    <div class="notice" role="alert">
      <strong>{t.errorTitle}</strong>
      <p>{error.message}</p>
      <p class="dim small">{t.errorRetry}</p>
    </div>
  );
}
