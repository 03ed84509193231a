import type { DeadLetter } from '../../daemon/supervision.js';
import { t } from '../../i18n/messages.js';
import { Instant } from '../../parts/time.js';

interface DeadLettersProps {
  readonly total: number;
  readonly recent: readonly DeadLetter[];
}

/** Messages that no actor handled, newest first. */
export function DeadLetters({ total, recent }: DeadLettersProps) {
  return (
    <section class="card dead-letters" aria-labelledby="dead-letters">
      <div class="card-head">
        <h2 id="dead-letters">{t.deadLetterMessages}</h2>
        {total > 0 && <span class="dim small">{t.deadLettersSince(recent.length, total)}</span>}
      </div>
      {recent.length === 0 ? (
        <p class="dim">{t.noDeadLetters}</p>
      ) : (
        <>
          <p class="dim small">{t.deadLettersMean}</p>
          <ul class="rows after">
            {recent.map(({ at, path, message, reason }, place) => (
              // Two may be alike in everything.
              <li key={place}>
                <div class="row-line">
                  <span class="path">
                    <b>{message}</b> <span class="dim">{path}</span>
                  </span>
                  <span class="dim">{at !== undefined && <Instant at={at} />}</span>
                </div>
                <p class="dim small">{reason}</p>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
