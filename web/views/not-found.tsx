import { t } from '../i18n/messages.js';
import { hrefTo } from '../router.js';

export function NotFound() {
  return (
    <>
      <div class="view-head">
        <h1 tabIndex={-1}>{t.notFoundTitle}</h1>
      </div>
      <p>
        {t.notFoundText} <a href={hrefTo([])}>{t.toOverview}</a>
      </p>
    </>
  );
}
