import { useState } from 'preact/hooks';
import type { Api } from '../../src/client/api/index.js';
import { useAction } from '../daemon/action.js';
import { useQuery, useSession } from '../daemon/context.js';
import { firstOf } from '../daemon/lists.js';
import { t } from '../i18n/messages.js';
import { Chips } from '../parts/chips.js';
import { Empty } from '../parts/empty.js';
import { Problem } from '../parts/notice.js';
import { Question } from '../parts/question.js';
import { SilenceQuestion } from '../parts/silence-question.js';
import { hrefTo, type Route } from '../router.js';
import { SilenceRow } from './silences/silence-row.js';

/** Silences are no events. */
const EVERY = 10_000;
const PAGE = 100;
const NOT_OVER = ['active', 'pending'] as const;
const FILTERS = [
  { at: '', states: NOT_OVER, text: t.notOver },
  { at: 'active', states: ['active'], text: t.silenceActive },
  { at: 'pending', states: ['pending'], text: t.silencePending },
  { at: 'expired', states: ['expired'], text: t.silenceExpired },
] as const;

/** What is silenced, by whom and until when. */
export function Silences({ route }: { readonly route: Route }) {
  const { client, mayChange } = useSession();
  const at = route.query.get('state') ?? '';
  const filter = FILTERS.find((each) => each.at === at) ?? FILTERS[0];
  const [most, setMost] = useState(PAGE);
  const [asked, setAsked] = useState<'make' | Api.Silence>();
  const { value, error, reload } = useQuery(
    `silences ${filter.at} ${most}`,
    (signal) => firstOf(client.silences.list({ state: filter.states, signal }), most),
    { every: EVERY },
  );
  const close = (): void => setAsked(undefined);
  const done = (): void => {
    close();
    reload();
  };
  return (
    <>
      <div class="view-head">
        <h1 tabIndex={-1}>{t.silences}</h1>
        {mayChange && (
          <button type="button" class="button" data-kind="main" onClick={() => setAsked('make')}>
            {t.makeSilence}
          </button>
        )}
      </div>
      <div class="filters">
        <Chips
          label={t.silencesShown}
          chips={FILTERS.map((each) => ({
            href: hrefTo(['silences'], { state: each.at }),
            text: each.text,
            isCurrent: each === filter,
          }))}
        />
      </div>
      {value === undefined ? (
        error !== undefined && <Problem error={error} />
      ) : value.items.length === 0 ? (
        filter.at === '' ? (
          <Empty title={t.noSilences}>{t.noSilencesText}</Empty>
        ) : (
          <Empty title={t.noSilencesLike} />
        )
      ) : (
        <section class="card" aria-label={t.silences}>
          <ul class="rows">
            {value.items.map((silence) => (
              <SilenceRow
                key={silence.id}
                silence={silence}
                end={mayChange && silence.state !== 'expired' ? () => setAsked(silence) : undefined}
              />
            ))}
          </ul>
          {value.hasMore && (
            <p class="after">
              <button type="button" class="button" onClick={() => setMost(most + PAGE)}>
                {t.showMore}
              </button>
            </p>
          )}
        </section>
      )}
      {asked === 'make' && <SilenceQuestion title={t.makeSilence} cancel={close} done={done} />}
      {typeof asked === 'object' && <EndQuestion silence={asked} cancel={close} done={done} />}
    </>
  );
}

interface EndQuestionProps {
  readonly silence: Api.Silence;
  readonly cancel: () => void;
  readonly done: () => void;
}

function EndQuestion({ silence, cancel, done }: EndQuestionProps) {
  const { client } = useSession();
  const { error, act } = useAction();
  const end = (): void =>
    void act(() => client.silences.expire(silence.id)).then((isDone) => isDone && done());
  return (
    <Question
      title={t.endSilenceTitle}
      text={
        <>
          <code>{silence.matchers.join(', ')}</code>
          <br />
          {t.endSilenceMeans}
        </>
      }
      fields={[]}
      yes={t.endSilence}
      error={error}
      cancel={cancel}
      answer={end}
    />
  );
}
