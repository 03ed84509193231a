import type { AlertRecord, AlertType, Delivery, Folds, GroupedNode } from '../../../src/domain/alert.js';
import { assertNever } from '../../../src/domain/assert-never.js';
import type { NodeName } from '../../../src/domain/node-name.js';
import type { Flip, NodeFacts } from '../../../src/domain/node.js';
import { isCron, type Schedule } from '../../../src/domain/schedule.js';
import { type Millis, toSeconds, unixSeconds } from '../../../src/domain/time.js';
import { localText } from '../../../src/domain/time-zone.js';
import type { AlertMessage } from '../../../src/ports/channel.js';

/** The message of an alert for channels. */
export function messageOf(
  { alert, deliveries }: AlertRecord,
  { folds, insteadOf }: Pick<Delivery, 'folds' | 'insteadOf'>,
): AlertMessage {
  const { id, type, at, node, blind, reason, reminder, mass, group } = alert;
  const whole = folds === undefined ? alert.message : withFolds(alert.message, folds);
  const dead = deliveries.find(({ channel }) => channel === insteadOf);
  const standsFor = [...(folds?.ids ?? []), ...(group?.alertIds ?? [])];
  return {
    id,
    type,
    at: unixSeconds(at),
    at_ms: at,
    ...(node !== undefined && {
      node: {
        name: node.name,
        state: node.state,
        retries: node.retries,
        last_heartbeat: node.lastHeartbeat === undefined ? null : unixSeconds(node.lastHeartbeat),
        labels: node.labels,
      },
    }),
    blind_seconds: toSeconds(Math.round(blind)),
    message: dead === undefined ? whole : withDeadChannel(whole, dead.channel, dead.lastError),
    ...(reason !== undefined && { reason }),
    ...(reminder !== undefined && { reminder }),
    ...(mass !== undefined && { count: mass.count, sample: mass.sample }),
    ...(group !== undefined && {
      nodes: group.nodes.map(({ name, state, labels, at: since, deleted }) => ({
        name,
        state,
        at: unixSeconds(since),
        labels,
        ...(deleted === true && { deleted }),
      })),
    }),
    ...(standsFor.length > 0 && { alert_ids: standsFor }),
  };
}

/** The most names in one sentence. */
const SOME = 10;
const DAY: Millis = 86_400_000;
/** The most characters of a reason in a sentence. */
const LONGEST_REASON = 300;

/** Other durations are measured by the monotonic clock, and do not mention it. */
const BY_WALL_CLOCK = ' by the wall clock, since before a restart';

type FlipAlertType = Exclude<AlertType, 'node.deleted' | 'channel.closed' | 'mass_failure' | 'test'>;

/**
 * The sentence of an alert about one node.
 *
 * @param measured how long the node was silent; undefined if that began in an earlier run, so that only the wall clock
 * knows
 */
export function nodeSentence(type: FlipAlertType, flip: Flip, node: NodeFacts, measured?: Millis): string {
  const name = quoted(node.name);
  switch (type) {
    case 'node.failed':
      return `Node ${name} has failed: ${flip.reason ?? silence(flip, node, measured)}.`;
    case 'node.reported_failure':
      return `Node ${name} has reported a failure${reasonIn(flip)}.`;
    case 'node.recovered':
      return `Node ${name} has recovered: its heartbeat is back.`;
    case 'node.inactive':
      return node.schedule === undefined
        ? `Node ${name} is inactive: ${silence(flip, node, measured)}; ${retriesLeft(node)}.`
        : `Node ${name} is late: ${silence(flip, node, measured)}; it fails after ${duration(node.schedule.grace)}.`;
    default:
      return assertNever(type);
  }
}

/** The sentence about a node that was deleted, is rerouted to other channels, or is no longer paused. */
export function newsSentence(
  type: 'node.deleted' | 'channel.closed' | 'node.reported_failure' | 'node.recovered',
  { name, state }: Pick<NodeFacts, 'name' | 'state'>,
): string {
  const node = `Node ${quoted(name)}`;
  switch (type) {
    case 'node.deleted':
      return `${node} was deleted, and its failure ends with it.`;
    case 'channel.closed':
      return state === 'failed'
        ? closedSentence([name])
        : `Alerts of node ${quoted(name)} no longer go here.`;
    case 'node.reported_failure':
      return `${node} reported a failure while it was paused, and has not recovered.`;
    case 'node.recovered':
      return `${node} recovered while it was paused.`;
    default:
      return assertNever(type);
  }
}

export function massFailureSentence(
  count: number,
  watched: number,
  options: { readonly window: Millis; readonly hold: Millis },
  sample: readonly NodeName[],
): string {
  return (
    `${nodes(count, 'has', 'have')} failed within ${duration(options.window)}, of ${watched} watched: ` +
    `this daemon or its network may be at fault. Alerts are held for ${duration(options.hold)}. ` +
    `Among them: ${listed(sample, count)}.`
  );
}

/** The sentence of a group. */
export function groupSentence(group: readonly Pick<GroupedNode, 'name' | 'state' | 'deleted'>[]): string {
  const failed = group.filter(({ state }) => state === 'failed').map(({ name }) => name);
  const inactive = group.filter(({ state }) => state === 'inactive').map(({ name }) => name);
  const deleted = group.filter((each) => each.deleted === true).map(({ name }) => name);
  const active = group
    .filter(({ state, deleted: isGone }) => state === 'active' && isGone !== true)
    .map(({ name }) => name);
  const parts = [
    ...(failed.length > 0
      ? [`${nodes(failed.length, 'has', 'have')} failed: ${listed(failed, failed.length)}.`]
      : []),
    ...(inactive.length > 0
      ? [`${nodes(inactive.length, 'is', 'are')} inactive: ${listed(inactive, inactive.length)}.`]
      : []),
    ...(active.length > 0
      ? [`${nodes(active.length, 'has', 'have')} recovered: ${listed(active, active.length)}.`]
      : []),
    ...(deleted.length > 0
      ? [`${nodes(deleted.length, 'was', 'were')} deleted: ${listed(deleted, deleted.length)}.`]
      : []),
  ];
  return parts.join(' ');
}

/** Adds the earlier alerts that an alert folds. */
export function withFolds(message: string, { count }: Folds): string {
  return `${message} It is flapping: ${count} earlier ${count === 1 ? 'change was' : 'changes were'} not told one by one.`;
}

/** Adds the channel that could not deliver the alert. */
function withDeadChannel(message: string, channel: string, error: string | undefined): string {
  return `${message} Channel '${channel}' could not deliver this${error === undefined ? '' : `: ${error}`}.`;
}

/**
 * The sentence of a reminder.
 *
 * @param time since the first of them failed
 * @param isOfEarlierRun that was before a restart, so that only the wall clock knows the time
 */
export function reminderSentence(names: readonly NodeName[], time: Millis, isOfEarlierRun: boolean): string {
  const [only] = names;
  const now = `${duration(time)} now${isOfEarlierRun ? BY_WALL_CLOCK : ''}`;
  if (only !== undefined && names.length === 1) return `Node ${quoted(only)} is still failed, for ${now}.`;
  return `${nodes(names.length, 'is', 'are')} still failed, for up to ${now}: ${listed(names, names.length)}.`;
}

/** The last sentence of a channel about nodes whose alerts go elsewhere. @param names of nodes that are still failed */
export function closedSentence(names: readonly string[]): string {
  const [only] = names;
  if (only !== undefined && names.length === 1)
    return `Alerts of node ${quoted(only)} no longer go here. It is still failed.`;
  return `Alerts of ${names.length} nodes no longer go here. They are still failed: ${listed(names, names.length)}.`;
}

/** @param names of nodes that are still failed */
export function closingNoticeSentence(channel: string, names: readonly string[]): string {
  return (
    `Channel ${quoted(channel)} tells nothing more here. ` +
    `${nodes(names.length, 'is', 'are')} still failed: ${listed(names, names.length)}.`
  );
}

export function testSentence(channel: string): string {
  return `This is a test of channel '${channel}'.`;
}

/** @param count the number of nodes that the alerts are about */
export function overflowSentence(alerts: number, count: number, sample: readonly NodeName[]): string {
  return (
    `The disk was full, and ${alerts} ${alerts === 1 ? 'alert' : 'alerts'} of ${count} ` +
    `${count === 1 ? 'node' : 'nodes'} did not fit in memory either: ` +
    `look at the states of the nodes. Among them: ${listed(sample, count)}.`
  );
}

/** The beginning of the reason, on one line. The whole reason is a field of its own. */
function reasonIn({ reason }: Flip): string {
  const line = reason?.replace(/\s+/g, ' ').trim() ?? '';
  if (line === '') return '';
  const characters = Array.from(line);
  const isLong = characters.length > LONGEST_REASON;
  const shown = isLong ? `${characters.slice(0, LONGEST_REASON).join('')}…` : line;
  return `: ${shown.replace(/\.$/, '')}`;
}

function silence(flip: Flip, node: NodeFacts, measured?: Millis): string {
  const said = silenceOf(flip, node, measured);
  return node.schedule === undefined ? said : `${expectation(flip, node, node.schedule)}; ${said}`;
}

/** When a scheduled heartbeat was expected, such as `expected at 04:00 Europe/Berlin, 10 minutes ago`. */
function expectation({ at }: Flip, { expected }: NodeFacts, schedule: Schedule): string {
  if (!isCron(schedule)) return `expected every ${duration(schedule.every)}`;
  if (expected === undefined) return 'expected by its schedule';
  const late = Math.max(0, at - expected);
  const { date, time } = localText(schedule.timeZone, expected);
  const day = late < DAY ? '' : `${date} `;
  return `expected at ${day}${time} ${schedule.timeZone}${late < 1000 ? '' : `, ${duration(late)} ago`}`;
}

function silenceOf(flip: Flip, { lastHeartbeat, ...node }: NodeFacts, measured?: Millis): string {
  if (lastHeartbeat === undefined) return 'no heartbeat since it was registered';
  const { at, blind } = flip;
  const silent = `no heartbeat for ${duration(exact(measured ?? at - lastHeartbeat, dueAfter(flip, node)))}`;
  const known = measured === undefined ? `${silent}${BY_WALL_CLOCK}` : silent;
  return blind < 1000 ? known : `${known}, ${duration(blind)} of which nobody could be heard`;
}

/** How long after the last heartbeat the deadline was that passed. */
function dueAfter(
  { to, retries }: Flip,
  { timeout, schedule }: Pick<NodeFacts, 'timeout' | 'schedule'>,
): Millis {
  if (schedule === undefined) return timeout * (to === 'failed' ? retries + 1 : retries);
  const late = isCron(schedule) ? 0 : schedule.every;
  return to === 'failed' ? late + schedule.grace : late;
}

/** Two instants are whole milliseconds each, so the time between them may be off by one. */
function exact(between: Millis, due: Millis): Millis {
  return Math.abs(between - due) <= 2 ? due : between;
}

function retriesLeft({ retries, maxRetries }: NodeFacts): string {
  const left = Math.max(0, maxRetries - retries);
  return left === 1 ? '1 retry is left' : `${left} retries are left`;
}

function nodes(count: number, one: string, many: string): string {
  return count === 1 ? `1 node ${one}` : `${count} nodes ${many}`;
}

function listed(names: readonly string[], count: number): string {
  const shown = names.slice(0, SOME);
  const more = count - shown.length;
  return shown.map(quoted).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function quoted(name: string): string {
  return `'${name}'`;
}

/**
 * The two largest units: nobody counts the seconds of a day. Not `pretty-ms`: it cuts off where this rounds, and writes
 * `1m 30s`.
 */
export function duration(time: Millis): string {
  const whole = Math.round(time);
  if (whole > 0 && whole < 1000) return `${whole} ms`;
  const seconds = Math.max(0, Math.round(toSeconds(time)));
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const;
  const first = parts.findIndex(([count]) => count > 0);
  if (first < 0) return '0 s';
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ');
}
