import { isEnd, type AlertType } from '../../../src/domain/alert.js';
import type { NodeFacts } from '../../../src/domain/node.js';
import type { ChannelPolicy, MatchRule } from '../../../src/ports/channel.js';

/** Which alerts a channel gets, and when. */
export type Route = Pick<ChannelPolicy, 'name' | 'events' | 'match' | 'after'>;

/**
 * The channels for an alert.
 *
 * @param node undefined for an alert about no single node; it has no labels, and no match rule excludes it
 */
export function routesOf<Routed extends Route>(
  routes: readonly Routed[],
  type: AlertType,
  node: Pick<NodeFacts, 'labels' | 'channels'> | undefined,
): readonly Routed[] {
  return chosenBy(node, routes).filter((route) => isFor(route, type, node));
}

/** The channels that are notified when a node fails, whether by its silence or by its own report. */
export function routesOfFailure<Routed extends Route>(
  routes: readonly Routed[],
  node: Pick<NodeFacts, 'labels' | 'channels'>,
): readonly Routed[] {
  return chosenBy(node, routes).filter(
    (route) => isFor(route, 'node.failed', node) || isFor(route, 'node.reported_failure', node),
  );
}

/** If none of the node's channels is configured any more, its alerts go to all. See decision 19. */
function chosenBy<Routed extends Route>(
  node: Pick<NodeFacts, 'channels'> | undefined,
  routes: readonly Routed[],
): readonly Routed[] {
  const chosen = node?.channels;
  if (chosen === undefined) return routes;
  const configured = routes.filter(({ name }) => chosen.includes(name));
  return configured.length > 0 || chosen.length === 0 ? configured : routes;
}

/** Alerts in place of a recovery are routed like recoveries. */
function chosenAs(type: AlertType): AlertType {
  return isEnd(type) ? 'node.recovered' : type;
}

function isFor(
  { events, match = [], after = 0 }: Route,
  type: AlertType,
  node: Pick<NodeFacts, 'labels'> | undefined,
): boolean {
  if (!events.includes(chosenAs(type))) return false;
  // The mass failure is over by then, and one message names the nodes that are still failed.
  if (type === 'mass_failure' && after > 0) return false;
  return match.length === 0 || match.some((rule) => fits(rule, type, node));
}

function fits(
  { types, labels = {} }: MatchRule,
  type: AlertType,
  node: Pick<NodeFacts, 'labels'> | undefined,
): boolean {
  if (types?.includes(chosenAs(type)) === false) return false;
  if (node === undefined) return true;
  return Object.entries(labels).every(([key, wanted]) => {
    const value = node.labels[key];
    return value !== undefined && (wanted.includes(value) || wanted.includes('*'));
  });
}
