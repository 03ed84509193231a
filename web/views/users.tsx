import type { Api } from '../../src/client/api/index.js';
import { useQuery, useSession } from '../daemon/context.js';
import { useStore } from '../daemon/store.js';
import { t } from '../i18n/messages.js';
import { CopyButton } from '../parts/copy-button.js';
import { Pager } from '../parts/pager.js';
import { Read } from '../parts/read.js';
import { Elapsed } from '../parts/time.js';
import { VirtualList } from '../parts/virtual-list.js';
import { goTo, hrefTo, type Route } from '../router.js';
import { UserView } from './user.js';

/** Those who come and go are not streamed: there may be a million of them. */
const EVERY = 10_000;

/** Those who are online, or the user whom the address names. */
export function Users({ route }: { readonly route: Route }) {
  const [, id] = route.path;
  return id === undefined ? <UserList route={route} /> : <UserView id={id} query={route.query} key={id} />;
}

function UserList({ route }: { readonly route: Route }) {
  const { client, live } = useSession();
  const stats = useStore(live.stats);
  const cursor = route.query.get('cursor') ?? undefined;
  const page = useQuery(`users ${cursor ?? ''}`, (signal) => client.users.page({ cursor, signal }), {
    every: EVERY,
  });
  const next = page.value?.nextCursor ?? undefined;
  return (
    <>
      <div class="view-head">
        <h1 tabIndex={-1}>{t.users}</h1>
        {stats !== undefined && <span class="dim">{t.onlineNow(stats.users.online)}</span>}
      </div>
      <FindUser />
      <Read query={page}>
        {({ users, nextCursor }) =>
          users.length > 0 ? (
            <OnlineUsers users={users} />
          ) : cursor === undefined && nextCursor === null ? (
            <NobodyOnline />
          ) : (
            <p>{t.pageWithoutUsers}</p>
          )
        }
      </Read>
      <Pager
        first={cursor === undefined ? undefined : hrefTo(['users'])}
        next={next === undefined ? undefined : hrefTo(['users'], { cursor: next })}
      />
    </>
  );
}

function FindUser() {
  const find = (event: SubmitEvent & { readonly currentTarget: HTMLFormElement }): void => {
    event.preventDefault();
    const id = new FormData(event.currentTarget).get('id');
    if (typeof id === 'string' && id.trim() !== '') goTo(hrefTo(['users', id.trim()]));
  };
  return (
    <form class="find" role="search" onSubmit={find}>
      <input
        class="input"
        type="search"
        name="id"
        aria-label={t.findUser}
        placeholder={t.findUser}
        required
      />
      <button type="submit" class="button">
        {t.find}
      </button>
    </form>
  );
}

function NobodyOnline() {
  const { caller } = useSession();
  const key = caller.key === null ? '' : ' -H "authorization: Bearer $HEARTBEAT_KEY"';
  const command = `curl -X PUT${key} ${new URL('.', location.href).href.replace(/[#?].*$/, '')}heal/1`;
  return (
    <section class="card">
      <h2>{t.nobodyOnline}</h2>
      <p>{t.nobodyOnlineMeans}</p>
      <div class="command">
        <pre>
          <code>{command}</code>
        </pre>
        <CopyButton text={command} what={t.nobodyOnlineMeans} />
      </div>
    </section>
  );
}

function OnlineUsers({ users }: { readonly users: readonly Api.OnlineUser[] }) {
  return (
    <>
      <div class="user-row list-head" aria-hidden="true">
        <span>{t.userId}</span>
        <span>{t.onlineFor}</span>
        <span>{t.lastHeal}</span>
      </div>
      <VirtualList
        items={users}
        keyOf={({ id }) => id}
        label={t.users}
        row={({ id, since, lastSeen }) => (
          <a class="user-row" href={hrefTo(['users', id])}>
            <b>{id}</b>
            <span>
              <span class="narrow-label dim">{t.onlineFor} </span>
              <Elapsed since={since} />
            </span>
            <span class="dim">
              <span class="narrow-label">{t.lastHeal} </span>
              {t.agoBefore}
              <Elapsed since={lastSeen} />
              {t.agoAfter}
            </span>
          </a>
        )}
      />
    </>
  );
}
