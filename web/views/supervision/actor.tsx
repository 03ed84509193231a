import type { Query } from '../../daemon/context.js';
import { restartsIn, type DaemonState, type SupervisedChild } from '../../daemon/supervision.js';
import { formatNumber, formatSeconds } from '../../i18n/format.js';
import { t } from '../../i18n/messages.js';
import { Read } from '../../parts/read.js';
import { Elapsed, Instant } from '../../parts/time.js';
import { hrefTo } from '../../router.js';
import { ActorState } from './actor-row.js';
import { childAt } from './tree-rows.js';

interface ActorViewProps {
  readonly path: readonly string[];
  readonly query: Query<DaemonState>;
}

/** One actor of the tree, with everything that it says of itself. */
export function ActorView({ path, query }: ActorViewProps) {
  const child = query.value && childAt(query.value.tree, path);
  return (
    <>
      <div class="view-head node-head">
        <div>
          <p class="small path">
            <a href={hrefTo(['supervision'])}>{t.supervision}</a>
            {path.slice(0, -1).map((name, at) => (
              <span key={name}>
                {' / '}
                <a href={hrefTo(['supervision', ...path.slice(0, at + 1)])}>{name}</a>
              </span>
            ))}
          </p>
          <h1 tabIndex={-1}>{path.at(-1)}</h1>
        </div>
        {child !== undefined && <ActorState child={child} />}
      </div>
      <Read query={query}>
        {() =>
          child === undefined ? (
            <p>
              {t.unknownActor} <a href={hrefTo(['supervision'])}>{t.toTree}</a>
            </p>
          ) : (
            <div class="node-view">
              <Facts child={child} />
              {child.children.length > 0 && <Children path={path} child={child} />}
            </div>
          )
        }
      </Read>
    </>
  );
}

const RESTARTED: Readonly<Record<string, string>> = {
  permanent: t.permanent,
  transient: t.transient,
  temporary: t.temporary,
};

/** What is shown by a name of its own. */
const NAMED = ['restart', 'strategy', 'intensity', 'period', 'actors', 'crashes', 'last_actor_crash'];

function Facts({ child }: { readonly child: SupervisedChild }) {
  const { incarnation, mailbox, actors, lastCrash, fields } = child;
  const { restart, strategy, intensity, period, crashes } = fields;
  return (
    <>
      <section class="card" aria-labelledby="now">
        <h2 id="now">{t.now}</h2>
        <dl class="facts">
          {incarnation !== undefined && (
            <>
              <dt>{t.incarnation}</dt>
              <dd>{formatNumber(incarnation)}</dd>
            </>
          )}
          <dt>{t.restartsShort}</dt>
          <dd>
            {formatNumber(child.restarts)}
            {typeof crashes === 'number' && crashes > 0 && (
              <span class="dim"> {t.crashesWithin(crashes)}</span>
            )}
          </dd>
          {mailbox !== undefined && (
            <>
              <dt>{t.mailbox}</dt>
              <dd>{t.mailboxOf(mailbox)}</dd>
            </>
          )}
          {actors !== undefined && (
            <>
              <dt>{t.ownActors}</dt>
              <dd>{formatNumber(actors)}</dd>
            </>
          )}
          <dt>{t.lastCrash}</dt>
          <dd>
            {lastCrash === undefined ? (
              t.noCrash
            ) : (
              <>
                {lastCrash.error}{' '}
                {lastCrash.at !== undefined && (
                  <span class="dim">
                    {t.agoBefore}
                    <Elapsed since={lastCrash.at} />
                    {t.agoAfter}
                  </span>
                )}
              </>
            )}
          </dd>
          {typeof restart === 'string' && (
            <>
              <dt>{t.restartPolicy}</dt>
              <dd>
                {RESTARTED[restart] ?? restart} <span class="dim">({restart})</span>
              </dd>
            </>
          )}
          {typeof strategy === 'string' && (
            <>
              <dt>{t.strategy}</dt>
              <dd>{strategy}</dd>
            </>
          )}
          {typeof intensity === 'number' && typeof period === 'number' && (
            <>
              <dt>{t.intensity}</dt>
              <dd>{t.intensityOf(intensity, formatSeconds(period))}</dd>
            </>
          )}
        </dl>
      </section>
      <OtherFigures fields={fields} />
    </>
  );
}

/** They depend on the actor and on the version, so they stand as they come. */
function OtherFigures({ fields }: Pick<SupervisedChild, 'fields'>) {
  const others = Object.entries(fields).filter(([name]) => !NAMED.includes(name));
  if (others.length === 0) return null;
  return (
    <section class="card" aria-labelledby="figures">
      <h2 id="figures">{t.figures}</h2>
      <dl class="facts">
        {others.map(([name, value]) => (
          <FigureOf name={name} value={value} key={name} />
        ))}
      </dl>
    </section>
  );
}

function FigureOf({ name, value }: { readonly name: string; readonly value: unknown }) {
  return (
    <>
      <dt>
        <code>{name}</code>
      </dt>
      <dd>
        {typeof value === 'number'
          ? formatNumber(value)
          : typeof value === 'string'
            ? value
            : JSON.stringify(value)}
      </dd>
    </>
  );
}

/** Those of which most need a look come first; the tree has all in their order. */
const MOST = 100;

function Children({ path, child }: { readonly path: readonly string[]; readonly child: SupervisedChild }) {
  const children = child.children
    .toSorted((one, other) => restartsIn(other) - restartsIn(one))
    .slice(0, MOST);
  return (
    <section class="card" aria-labelledby="children">
      <div class="card-head">
        <h2 id="children">{t.childrenIn(child.children.length)}</h2>
        {children.length < child.children.length && (
          <span class="dim small">{t.firstOf(children.length)}</span>
        )}
      </div>
      <ul class="rows">
        {children.map((each) => (
          <li class="child-row" key={each.name}>
            <a href={hrefTo(['supervision', ...path, each.name])}>{each.name}</a>
            <ActorState child={each} />
            <span class="dim">{t.restartsOf(restartsIn(each))}</span>
            <span class="dim">{each.lastCrash?.at !== undefined && <Instant at={each.lastCrash.at} />}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
