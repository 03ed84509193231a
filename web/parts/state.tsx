import type { Api } from '../../src/client/api/index.js';
import { t } from '../i18n/messages.js';

/** The state of a node as people see it: a paused node is paused, whatever it was before. */
export type ShownState = Api.NodeState | 'paused';

export function shownState({ state, paused }: Pick<Api.Node, 'state' | 'paused'>): ShownState {
  return paused ? 'paused' : state;
}

const NAMES: Readonly<Record<ShownState, string>> = {
  active: t.active,
  inactive: t.inactive,
  failed: t.failed,
  paused: t.paused,
};

export function stateName(state: ShownState): string {
  return NAMES[state];
}

/** A shape for each state, so that none is told by its colour alone. */
const SHAPES: Readonly<Record<ShownState | 'ended', string>> = {
  active: 'M7 1a6 6 0 1 1 0 12A6 6 0 0 1 7 1z',
  inactive: 'M7 1.2 13.4 12.6H.6z',
  failed: 'M1 1h12v12H1z',
  paused: 'M2.5 1.5h3.2v11H2.5zM8.3 1.5h3.2v11H8.3z',
  // For what has no state any more.
  ended: 'M1 5.4h12v3.2H1z',
};

/** Without a name: something beside it says the same in words. */
export function Shape({ state }: { readonly state: ShownState | 'ended' }) {
  return (
    <svg class="shape" data-state={state} viewBox="0 0 14 14" aria-hidden="true">
      <path d={SHAPES[state]} />
    </svg>
  );
}

export function State({ state }: { readonly state: ShownState }) {
  return (
    <span class="state">
      <Shape state={state} />
      {stateName(state)}
    </span>
  );
}
