import type { HistoryDeps } from '../../actors/history/history.actor.js';
import type { LocalUserShards } from '../../actors/user/user-shards.js';
import type { OnlineIds } from './online-ids.js';
import type { Watch } from './watch.js';

type Settlements = Pick<
  HistoryDeps,
  'settle' | 'alertsCommitted' | 'reopened' | 'settleNodes' | 'settleRequests'
>;

/** Passes what history settles on to the users, the nodes and the notifier of a run, which wait for it. */
export function settlementsFor(
  run: { readonly users: LocalUserShards; readonly watch: Watch | undefined; readonly isLost: boolean },
  online: OnlineIds,
): Settlements {
  const { watch } = run;
  return {
    settle: (settlements) => {
      online.settled(settlements);
      run.users.settle(settlements);
    },
    alertsCommitted: (records, stored) => {
      if (records.length > 0 && !run.isLost) watch?.alerting.committed(records, stored);
    },
    reopened: () => {
      watch?.notifier.reopened();
      // Heartbeats acknowledged meanwhile: this may be the last chance of a daemon that is stopping.
      watch?.nodes.checkpoint();
    },
    settleNodes: (settlements) => {
      watch?.nodes.settle(settlements);
    },
    settleRequests: (settlements) => {
      if (settlements.length === 0) return;
      watch?.notifier.requestsSettled(settlements);
      watch?.statusPages.settled(settlements);
      watch?.signIns.settled(settlements);
    },
  };
}
