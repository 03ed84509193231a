import type { SupervisedChild } from '../../daemon/supervision.js';
import { formatNumber } from '../../i18n/format.js';
import { t } from '../../i18n/messages.js';
import { Shape } from '../../parts/state.js';
import { Instant } from '../../parts/time.js';
import { hrefTo } from '../../router.js';
import type { TreeRow } from './tree-rows.js';

const STATUSES: Readonly<Record<string, string>> = {
  running: t.running,
  starting: t.starting,
  waiting: t.waitingToStart,
  stopping: t.stopping,
  stopped: t.stopped,
};

export function ActorState({ child: { status = 'running' } }: { readonly child: SupervisedChild }) {
  const shape = status === 'running' ? 'active' : status === 'stopped' ? 'failed' : 'inactive';
  return (
    <span class="state">
      <Shape state={shape} />
      {STATUSES[status] ?? status}
    </span>
  );
}

interface ActorRowProps {
  readonly row: TreeRow;
  /** Opens or folds it. */
  readonly turn: (row: TreeRow) => void;
}

/** One line of the tree. A folded branch says what is below it. */
export function ActorRow({ row, turn }: ActorRowProps) {
  const { path, child, isOpen, below } = row;
  const restarts = child.restarts + (below?.restarts ?? 0);
  const mailbox = below === undefined ? child.mailbox : (child.mailbox ?? 0) + below.mailbox;
  return (
    <div class="actor-row" style={{ '--depth': String(path.length - 1) }}>
      <span class="actor-name">
        {isOpen === undefined ? (
          <span class="turn" />
        ) : (
          <button
            type="button"
            class="turn"
            aria-expanded={isOpen}
            aria-label={isOpen ? t.closeBranch(child.name) : t.openBranch(child.name)}
            onClick={() => turn(row)}
          >
            <svg viewBox="0 0 14 14" aria-hidden="true">
              <path d={isOpen ? 'M2 4.5h10L7 10.5z' : 'M4.5 2v10L10.5 7z'} />
            </svg>
          </button>
        )}
        <a href={hrefTo(['supervision', ...path])}>{child.name}</a>
        <span class="dim small">{countsIn(row)}</span>
      </span>
      <ActorState child={child} />
      <span class="actor-count" data-some={restarts > 0 ? '' : undefined}>
        <span class="narrow-label">{t.restartsShort} </span>
        {formatNumber(restarts)}
      </span>
      <span class="actor-count" data-some={(mailbox ?? 0) > 0 ? '' : undefined}>
        <span class="narrow-label">{t.mailbox} </span>
        {mailbox === undefined ? '–' : formatNumber(mailbox)}
      </span>
      <span class="actor-crash dim small" title={child.lastCrash?.error}>
        {child.lastCrash !== undefined && (
          <>
            {child.lastCrash.at !== undefined && <Instant at={child.lastCrash.at} />} {child.lastCrash.error}
          </>
        )}
      </span>
    </div>
  );
}

function countsIn({ child, below }: TreeRow): string {
  const actors = (child.actors ?? 0) + (below?.actors ?? 0);
  return [
    below === undefined ? undefined : t.childrenIn(child.children.length),
    child.actors === undefined && actors === 0 ? undefined : t.actorsIn(actors),
  ]
    .filter((part) => part !== undefined)
    .join(', ');
}
