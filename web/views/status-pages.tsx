import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { Api } from '../../src/client/api/index.js';
import { useQuery, useSession, type Query } from '../daemon/context.js';
import { t } from '../i18n/messages.js';
import { Empty } from '../parts/empty.js';
import { Read } from '../parts/read.js';
import { goTo, hrefTo, type Route } from '../router.js';
import { PageDetails } from './status/page-details.js';
import { PageEditor } from './status/page-editor.js';

/** Changes of them are no events. */
const EVERY = 10_000;

/** Pages for the public: all of them, or the one that the address names. */
export function StatusPages({ route }: { readonly route: Route }) {
  const { caller } = useSession();
  if (caller.nodes === null) return <AllPages route={route} />;
  return (
    <>
      <Head />
      <Empty title={t.statusOfAll} />
    </>
  );
}

function AllPages({ route }: { readonly route: Route }) {
  const { client, mayChange } = useSession();
  const pages = useQuery('status pages', (signal) => client.status.pages({ signal }), { every: EVERY });
  /** Until the pages are read again. */
  const [made, setMade] = useState<Api.StatusPage>();
  const [, slug] = route.path;
  const isEdited = route.query.has('edit');
  if (slug !== undefined) {
    const changed = (): void => {
      setMade(undefined);
      pages.reload();
    };
    return <OnePage slug={slug} made={made} pages={pages} isEdited={isEdited} changed={changed} />;
  }
  if (isEdited && mayChange)
    return (
      <>
        <div class="view-head">
          <h1 tabIndex={-1}>{t.makeStatusPage}</h1>
        </div>
        <section class="card" aria-label={t.makeStatusPage}>
          <PageEditor
            page={undefined}
            cancel={() => goTo(hrefTo(['status']))}
            saved={(page) => {
              setMade(page);
              pages.reload();
              goTo(hrefTo(['status', page.slug]));
            }}
          />
        </section>
      </>
    );
  return (
    <>
      <Head>
        {mayChange && (
          <a class="button" data-kind="main" href={hrefTo(['status'], { edit: 'new' })}>
            {t.makeStatusPage}
          </a>
        )}
      </Head>
      <Read query={pages}>
        {(all) =>
          all.length === 0 ? (
            <Empty title={t.noStatusPages}>{t.noStatusPagesText}</Empty>
          ) : (
            <ul class="card rows" aria-label={t.statusPages}>
              {all.map((page) => (
                <PageRow page={page} key={page.slug} />
              ))}
            </ul>
          )
        }
      </Read>
    </>
  );
}

function Head({ children }: { readonly children?: ComponentChildren }) {
  return (
    <div class="view-head">
      <h1 tabIndex={-1}>{t.statusPages}</h1>
      {children}
    </div>
  );
}

function PageRow({ page }: { readonly page: Api.StatusPage }) {
  const { slug, title, groups, configured } = page;
  return (
    <li class="page-row">
      <a href={hrefTo(['status', slug])}>{title}</a>
      <code class="dim">/status/{slug}</code>
      <span class="dim small page-groups">
        {t.groupsOf(groups.map((group) => group.title).join(', '))}
        {configured && ` · ${t.fromConfiguration}`}
      </span>
    </li>
  );
}

interface OnePageProps {
  readonly slug: string;
  readonly pages: Query<readonly Api.StatusPage[]>;
  readonly isEdited: boolean;
  /** The one that was just made. */
  readonly made: Api.StatusPage | undefined;
  readonly changed: () => void;
}

function OnePage({ slug, pages, isEdited, made, changed }: OnePageProps) {
  const page = [...(pages.value ?? []), ...(made === undefined ? [] : [made])].find(
    (each) => each.slug === slug,
  );
  if (page !== undefined) return <PageDetails page={page} isEdited={isEdited} changed={changed} key={slug} />;
  return (
    <>
      <div class="view-head">
        <h1 tabIndex={-1}>{slug}</h1>
      </div>
      <Read query={pages}>
        {() => (
          <p>
            {t.unknownStatusPage} <a href={hrefTo(['status'])}>{t.toStatusPages}</a>
          </p>
        )}
      </Read>
    </>
  );
}
