import { t } from '../i18n/messages.js';

interface PagerProps {
  /** The address of the first page, unless it is shown. */
  readonly first: string | undefined;
  /** The address of the next page, if there is one. */
  readonly next: string | undefined;
}

/** Leads to the next page of a list, and back to the first. Each page has an address, so the browser goes back. */
export function Pager({ first, next }: PagerProps) {
  if (first === undefined && next === undefined) return null;
  const toTop = (): void => scrollTo(0, 0);
  return (
    <nav class="pager" aria-label={t.pages}>
      {first !== undefined && (
        <a class="button" href={first} onClick={toTop}>
          {t.firstPage}
        </a>
      )}
      {next !== undefined && (
        <a class="button" href={next} onClick={toTop}>
          {t.nextPage}
        </a>
      )}
    </nav>
  );
}
