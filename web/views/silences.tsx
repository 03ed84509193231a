import { useState } from 'preact/hooks';
import type { Api } from '../../src/client/api/index.js';
import { useAction } from '../daemon/action.js';
import { useQuery, useSession } from '../daemon/context.js';
import { t } from '../i18n/messages.js';
import { Chips } from '../parts/chips.js';
import { Empty } from '../parts/empty.js';
import { Pager } from '../parts/pager.js';
import { Question } from '../parts/question.js';
import { Read } from '../parts/read.js';
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
  const cursor = route.query.get('cursor') ?? undefined;
  const [asked, setAsked] = useState<'make' | Api.Silence>();
  const page = useQuery(
    `silences ${filter.at} ${cursor ?? ''}`,
    (signal) => client.silences.page({ state: filter.states, limit: PAGE, cursor, signal }),
    { every: EVERY },
  );
  const next = page.value?.nextCursor ?? undefined;
  const close = (): void => setAsked(undefined);
  const done = (): void => {
    close();
    page.reload();
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
      <Read query={page}>
        {({ silences }) =>
          silences.length === 0 ? (
            filter.at === '' && cursor === undefined ? (
              <Empty title={t.noSilences}>{t.noSilencesText}</Empty>
            ) : (
              <Empty title={t.noSilencesLike} />
            )
          ) : (
            <ul class="card rows" aria-label={t.silences}>
              {silences.map((silence) => (
                <SilenceRow
                  key={silence.id}
                  silence={silence}
                  end={mayChange && silence.state !== 'expired' ? () => setAsked(silence) : undefined}
                />
              ))}
            </ul>
          )
        }
      </Read>
      <Pager
        first={cursor === undefined ? undefined : hrefTo(['silences'], { state: filter.at })}
        next={next === undefined ? undefined : hrefTo(['silences'], { state: filter.at, cursor: next })}
      />
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
