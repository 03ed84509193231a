import type { Api } from '../../../src/client/api/index.js';
import { t } from '../../i18n/messages.js';
import { Shape, type ShownState } from '../../parts/state.js';

type DeliveryState = Api.Delivery['state'];

const DELIVERIES: Readonly<Record<DeliveryState, string>> = {
  pending: t.pendingState,
  held: t.heldState,
  delivered: t.delivered,
  dead: t.deadLetter,
  cancelled: t.cancelled,
  folded: t.folded,
};

export function deliveryName(state: DeliveryState): string {
  return DELIVERIES[state];
}

/** Delivered is a circle, a dead letter a square; what waits is a triangle, what is held two bars; others have ended. */
const SHAPES: Readonly<Record<DeliveryState, ShownState | 'ended'>> = {
  delivered: 'active',
  pending: 'inactive',
  dead: 'failed',
  held: 'paused',
  cancelled: 'ended',
  folded: 'ended',
};

export function DeliveryShape({ state }: { readonly state: DeliveryState }) {
  return <Shape state={SHAPES[state]} />;
}

const TYPES: Readonly<Record<Api.AlertType, string>> = {
  'node.failed': t.typeFailed,
  'node.reported_failure': t.typeReported,
  'node.recovered': t.typeRecovered,
  'node.deleted': t.typeDeleted,
  'channel.closed': t.typeClosed,
  'node.inactive': t.typeInactive,
  mass_failure: t.typeMassFailure,
  test: t.typeTest,
};

export function typeName(type: Api.AlertType): string {
  return TYPES[type];
}
