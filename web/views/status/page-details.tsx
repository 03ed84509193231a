import { useState } from 'preact/hooks';
import type { Api } from '../../../src/client/api/index.js';
import { useAction } from '../../daemon/action.js';
import { useSession } from '../../daemon/context.js';
import { t } from '../../i18n/messages.js';
import { Question } from '../../parts/question.js';
import { goTo, hrefTo } from '../../router.js';
import { StatusIncidents } from './incidents.js';
import { PageEditor } from './page-editor.js';

interface PageDetailsProps {
  readonly page: Api.StatusPage;
  readonly isEdited: boolean;
  readonly changed: () => void;
}

/** One status page: what it has, what is written on it, and what can be done. */
export function PageDetails({ page, isEdited, changed }: PageDetailsProps) {
  const { mayChange } = useSession();
  const [isAsked, setAsked] = useState(false);
  const { slug, title, configured } = page;
  const mayEdit = mayChange && !configured;
  const back = (): void => goTo(hrefTo(['status', slug]));
  return (
    <>
      <div class="view-head node-head">
        <div>
          <p class="small">
            <a href={hrefTo(['status'])}>{t.statusPages}</a>
          </p>
          <h1 tabIndex={-1}>{isEdited && mayEdit ? t.editStatusPage(title) : title}</h1>
        </div>
        <div class="head-actions">
          <a class="button" href={`status/${slug}`} target="_blank" rel="noopener">
            {t.openStatusPage}
          </a>
          {mayEdit && !isEdited && (
            <>
              <a class="button" href={hrefTo(['status', slug], { edit: '1' })}>
                {t.editSettings}
              </a>
              <button type="button" class="button" data-kind="danger" onClick={() => setAsked(true)}>
                {t.deleteStatusPage}
              </button>
            </>
          )}
        </div>
      </div>
      {isEdited && mayEdit ? (
        <section class="card" aria-label={t.editStatusPage(title)}>
          <PageEditor
            page={page}
            cancel={back}
            saved={() => {
              changed();
              back();
            }}
          />
        </section>
      ) : (
        <div class="stack">
          <Facts page={page} />
          <StatusIncidents page={slug} />
        </div>
      )}
      {isAsked && (
        <DeleteQuestion
          page={page}
          cancel={() => setAsked(false)}
          done={() => {
            changed();
            goTo(hrefTo(['status']));
          }}
        />
      )}
    </>
  );
}

function Facts({ page }: { readonly page: Api.StatusPage }) {
  const { slug, groups, website, timeZone, hasLogo, configured } = page;
  return (
    <section class="card" aria-label={t.settings}>
      <dl class="facts">
        <dt>{t.pageName}</dt>
        <dd>
          <code>{slug}</code>
        </dd>
        <dt>{t.website}</dt>
        <dd>{website ?? t.hasNoWebsite}</dd>
        <dt>{t.timeZone}</dt>
        <dd>{timeZone}</dd>
        <dt>{t.logo}</dt>
        <dd>{hasLogo ? t.hasLogo : t.hasNoLogo}</dd>
        {groups.map((group) => (
          <>
            <dt>{group.title}</dt>
            <dd class="matchers">
              {Object.entries(group.labels).map(([key, value]) => (
                <code key={key}>{`${key}:${value}`}</code>
              ))}
            </dd>
          </>
        ))}
      </dl>
      {configured && <p class="dim small after">{t.statusFromFile}</p>}
    </section>
  );
}

interface DeleteQuestionProps {
  readonly page: Api.StatusPage;
  readonly cancel: () => void;
  readonly done: () => void;
}

function DeleteQuestion({ page, cancel, done }: DeleteQuestionProps) {
  const { client } = useSession();
  const { error, act } = useAction();
  const remove = (): void =>
    void act(() => client.status.deletePage(page.slug, { settingsTag: page.settingsTag })).then(
      (isDone) => isDone && done(),
    );
  return (
    <Question
      title={t.deletePageOf(page.title)}
      text={t.deletePageMeans}
      fields={[]}
      yes={t.deleteStatusPage}
      isDangerous
      error={error}
      cancel={cancel}
      answer={remove}
    />
  );
}
