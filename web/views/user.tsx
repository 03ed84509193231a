import { useState } from 'preact/hooks';
import type { Api } from '../../src/client/api/index.js';
import { useAction } from '../daemon/action.js';
import { useSession } from '../daemon/context.js';
import { useUser } from '../daemon/users.js';
import { t } from '../i18n/messages.js';
import { Question } from '../parts/question.js';
import { Read } from '../parts/read.js';
import { Shape } from '../parts/state.js';
import { Elapsed, Instant } from '../parts/time.js';
import { hrefTo } from '../router.js';
import { Devices } from './user/devices.js';
import { UserSessions } from './user/sessions.js';

interface UserViewProps {
  readonly id: string;
  /** Which weeks and days are shown. */
  readonly query: URLSearchParams;
}

/** Everything about one user. */
export function UserView({ id, query: shown }: UserViewProps) {
  const { mayChange } = useSession();
  const query = useUser(id);
  const { value } = query;
  return (
    <>
      <div class="view-head node-head">
        <div>
          <p class="small">
            <a href={hrefTo(['users'])}>{t.users}</a>
          </p>
          <h1 tabIndex={-1}>{id}</h1>
        </div>
        {value !== undefined && <Standing user={value} />}
      </div>
      <Read query={query}>
        {(user) =>
          user.since === null ? (
            <p>
              {t.neverSeenMeans} <a href={hrefTo(['users'])}>{t.toUsers}</a>
            </p>
          ) : (
            <>
              {mayChange && <EraseUser id={id} erased={query.reload} />}
              <div class="node-view">
                <Facts user={user} />
                <Devices user={user} />
                <UserSessions id={id} status={`${user.status} ${user.since.getTime()}`} query={shown} />
              </div>
            </>
          )
        }
      </Read>
    </>
  );
}

function Standing({ user: { status, since } }: { readonly user: Api.User }) {
  return (
    <p class="node-now">
      <span class="state">
        <Shape state={status === 'online' ? 'active' : 'paused'} />
        {since === null ? t.neverSeen : status === 'online' ? t.online : t.offline}
      </span>
      {since !== null && (
        <span class="dim">
          {t.failedFor} <Elapsed since={since} />
        </span>
      )}
    </p>
  );
}

function Facts({ user: { since, lastSeen, deadline } }: { readonly user: Api.User }) {
  return (
    <section class="card" aria-labelledby="now">
      <h2 id="now">{t.now}</h2>
      <dl class="facts">
        {lastSeen !== null && (
          <>
            <dt>{t.lastSeen}</dt>
            <dd>
              {t.agoBefore}
              <Elapsed since={lastSeen} />
              {t.agoAfter}
            </dd>
          </>
        )}
        {since !== null && (
          <>
            <dt>{deadline === null ? t.offlineSince : t.onlineSince}</dt>
            <dd>
              <Instant at={since} />
            </dd>
          </>
        )}
        {deadline !== null && (
          <>
            <dt>{t.offlineAt}</dt>
            <dd>
              <Instant at={deadline} />
            </dd>
          </>
        )}
      </dl>
    </section>
  );
}

/** It cannot be taken back, so it is asked. */
function EraseUser({ id, erased }: { readonly id: string; readonly erased: () => void }) {
  const { client } = useSession();
  const [isAsked, setAsked] = useState(false);
  const { error, act, forget } = useAction();
  const close = (): void => {
    setAsked(false);
    forget();
  };
  return (
    <div class="actions">
      <button type="button" class="button" data-kind="danger" onClick={() => setAsked(true)}>
        {t.erase}
      </button>
      {isAsked && (
        <Question
          title={t.eraseOf(id)}
          text={t.eraseMeans}
          fields={[]}
          yes={t.erase}
          isDangerous
          error={error}
          cancel={close}
          answer={() =>
            void act(() => client.users.erase(id)).then((isDone) => {
              if (!isDone) return;
              close();
              erased();
            })
          }
        />
      )}
    </div>
  );
}
